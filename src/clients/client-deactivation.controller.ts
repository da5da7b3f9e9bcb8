import { Body, Controller, HttpCode, Param, Post, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type FastifyReply } from 'fastify';
import { Access } from '../common/access/access.decorator.js';
import { CurrentPrincipal } from '../common/access/current-principal.decorator.js';
import { type Principal } from '../common/access/principal.js';
import { ETAG_HEADER, etagOf } from '../common/http/etag.js';
import { Conditional, IfMatch } from '../common/http/if-match.decorator.js';
import { type Precondition } from '../common/precondition.js';
import { OptionalBody } from '../common/http/optional-body.js';
import { idParameter } from '../common/openapi/fields.js';
import { Operation } from '../common/openapi/operation.decorator.js';
import { ClientsService } from './clients.service.js';
import { toClient } from './dto/client.response.js';
import { type DeactivatedClientResponse, deactivatedClientResponse } from './dto/rotated-client.response.js';
import { type DeactivationRequest, deactivationRequest } from './dto/rotation.request.js';

/** The end of a client. */
@ApiTags('Clients')
@Controller('v1/clients/:clientId/deactivate')
export class ClientDeactivationController {
  constructor(private readonly clients: ClientsService) {}

  /** For good. */
  @Access('workspace', 'admin')
  @Operation({
    id: 'deactivateClient',
    summary: 'Deactivates a client for good',
    description:
      'It gets no more tokens, and those that live are dead everywhere within a second. Again, it is the same.',
    response: deactivatedClientResponse,
    headers: ETAG_HEADER,
    problems: ['NotFound'],
  })
  @Conditional()
  @OptionalBody(deactivationRequest)
  @Post()
  @HttpCode(200)
  async deactivate(
    @CurrentPrincipal() principal: Principal,
    @Param('clientId', { schema: idParameter('cli') }) clientId: string,
    @Body({ schema: deactivationRequest.optional() }) body: DeactivationRequest | undefined,
    @IfMatch() precondition: Precondition,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<DeactivatedClientResponse> {
    const deactivated = await this.clients.deactivate(principal, clientId, { ...body, precondition });
    void reply.header('etag', etagOf(deactivated.client.version));
    return { ...toClient(deactivated), liveApiKeys: deactivated.liveApiKeys };
  }
}
