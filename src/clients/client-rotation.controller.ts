import { Body, Controller, HttpCode, Param, Post, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type FastifyReply } from 'fastify';
import { AccessOrSelf } from '../common/access/access.decorator.js';
import { CurrentPrincipal } from '../common/access/current-principal.decorator.js';
import { type Principal } from '../common/access/principal.js';
import { ETAG_HEADER, etagOf } from '../common/http/etag.js';
import { Conditional, IfMatch } from '../common/http/if-match.decorator.js';
import { type Precondition } from '../common/precondition.js';
import { Once, Repeatable } from '../common/http/once.decorator.js';
import { OptionalBody } from '../common/http/optional-body.js';
import { idParameter } from '../common/openapi/fields.js';
import { Operation } from '../common/openapi/operation.decorator.js';
import { type OnceRequest } from '../common/once-request.js';
import { type DescribedClient } from './client-description.js';
import { ClientRotationService } from './client-rotation.service.js';
import { type ClientResponse, clientResponse, toClient } from './dto/client.response.js';
import { type RotatedClientResponse, rotatedClientResponse } from './dto/rotated-client.response.js';
import { type OverlapRequest, overlapRequest, type RotationRequest, rotationRequest } from './dto/rotation.request.js';

const SELF =
  'A client rotates itself by showing one of its live secrets as `currentSecret`. Otherwise this is for people, and for ' +
  'machines with CREDENTIAL_CREATION=any (403 `HUMAN_REQUIRED`).';

/** The rotation of a client's secret. */
@ApiTags('Clients')
@Controller('v1/clients/:clientId/rotate')
export class ClientRotationController {
  constructor(private readonly rotation: ClientRotationService) {}

  /** Tokens already issued live on, unless the client is compromised. */
  @AccessOrSelf('workspace', 'admin', 'clientId')
  @Operation({
    id: 'rotateClient',
    summary: "Rotates a client's secret",
    description:
      'The answer shows a new secret, once. The older ones stop now, or after the overlap. Tokens already issued live on, ' +
      `unless the client is \`compromised\`. ${SELF}`,
    response: rotatedClientResponse,
    headers: ETAG_HEADER,
    problems: ['NotFound', 'Conflict'],
  })
  @Repeatable()
  @Conditional()
  @OptionalBody(rotationRequest)
  @Post()
  @HttpCode(200)
  async rotate(
    @CurrentPrincipal() principal: Principal,
    @Param('clientId', { schema: idParameter('cli') }) clientId: string,
    @Body({ schema: rotationRequest.optional() }) body: RotationRequest | undefined,
    @Once() once: OnceRequest | null,
    @IfMatch() precondition: Precondition,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<RotatedClientResponse> {
    const { made, secret, version } = await this.rotation.rotate(principal, clientId, body ?? {}, once, precondition);
    if (made.replayed) void reply.header('idempotency-replayed', 'true');
    if (version !== null) void reply.header('etag', etagOf(version));
    return { ...made.object, ...(secret !== null && { clientSecret: secret }) };
  }

  /** The newest secret alone works from here on. */
  @AccessOrSelf('workspace', 'admin', 'clientId')
  @Operation({
    id: 'completeRotation',
    summary: 'Ends the overlap of a rotation now',
    description: `The newest secret alone works from here on. ${SELF}`,
    response: clientResponse,
    headers: ETAG_HEADER,
    problems: ['NotFound', 'Conflict'],
  })
  @Conditional()
  @OptionalBody(overlapRequest)
  @Post('complete')
  @HttpCode(200)
  async complete(
    @CurrentPrincipal() principal: Principal,
    @Param('clientId', { schema: idParameter('cli') }) clientId: string,
    @Body({ schema: overlapRequest.optional() }) body: OverlapRequest | undefined,
    @IfMatch() precondition: Precondition,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ClientResponse> {
    return answer(reply, await this.rotation.complete(principal, clientId, { ...body, precondition }));
  }

  /** The new secret is dropped. */
  @AccessOrSelf('workspace', 'admin', 'clientId')
  @Operation({
    id: 'cancelRotation',
    summary: 'Takes a rotation back during its overlap',
    description: `The newest secret is dropped, and the one before it has the end back that it had. ${SELF}`,
    response: clientResponse,
    headers: ETAG_HEADER,
    problems: ['NotFound', 'Conflict'],
  })
  @Conditional()
  @OptionalBody(overlapRequest)
  @Post('cancel')
  @HttpCode(200)
  async cancel(
    @CurrentPrincipal() principal: Principal,
    @Param('clientId', { schema: idParameter('cli') }) clientId: string,
    @Body({ schema: overlapRequest.optional() }) body: OverlapRequest | undefined,
    @IfMatch() precondition: Precondition,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ClientResponse> {
    return answer(reply, await this.rotation.cancel(principal, clientId, { ...body, precondition }));
  }
}

function answer(reply: FastifyReply, described: DescribedClient): ClientResponse {
  void reply.header('etag', etagOf(described.client.version));
  return toClient(described);
}
