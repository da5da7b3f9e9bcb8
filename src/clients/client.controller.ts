import { Body, Controller, Get, Param, Patch, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type FastifyReply } from 'fastify';
import { Access } from '../common/access/access.decorator.js';
import { CurrentPrincipal } from '../common/access/current-principal.decorator.js';
import { type Principal } from '../common/access/principal.js';
import { ETAG_HEADER, etagOf } from '../common/http/etag.js';
import { Conditional, IfMatch } from '../common/http/if-match.decorator.js';
import { type Precondition } from '../common/precondition.js';
import { idParameter } from '../common/openapi/fields.js';
import { Operation } from '../common/openapi/operation.decorator.js';
import { ClientChangeService } from './client-change.service.js';
import { ClientListService } from './client-list.service.js';
import { type ClientChangesRequest, clientChangesRequest } from './dto/client.request.js';
import { type ClientResponse, clientResponse, toClient } from './dto/client.response.js';

/** One client, by its id. */
@ApiTags('Clients')
@Controller('v1/clients/:clientId')
export class ClientController {
  constructor(
    private readonly clients: ClientListService,
    private readonly changes: ClientChangeService,
  ) {}

  /** One client. */
  @Access('workspace', 'read')
  @Operation({
    id: 'getClient',
    summary: 'One client',
    response: clientResponse,
    headers: ETAG_HEADER,
    problems: ['NotFound'],
  })
  @Get()
  async get(
    @CurrentPrincipal() principal: Principal,
    @Param('clientId', { schema: idParameter('cli') }) clientId: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ClientResponse> {
    const described = await this.clients.get(principal, clientId);
    void reply.header('etag', etagOf(described.client.version));
    return toClient(described);
  }

  /** Name, role and audiences. */
  @Access('workspace', 'admin')
  @Operation({
    id: 'changeClient',
    summary: 'Changes a client',
    description:
      'The next token is of the new role and audiences; a role that takes scopes away ends the tokens that live. Role and ' +
      'audiences are for people to change, and for machines with CREDENTIAL_CREATION=any (otherwise 403 `HUMAN_REQUIRED`).',
    response: clientResponse,
    headers: ETAG_HEADER,
    problems: ['NotFound', 'Conflict'],
  })
  @Conditional()
  @Patch()
  async change(
    @CurrentPrincipal() principal: Principal,
    @Param('clientId', { schema: idParameter('cli') }) clientId: string,
    @Body({ schema: clientChangesRequest }) body: ClientChangesRequest,
    @IfMatch() precondition: Precondition,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ClientResponse> {
    const described = await this.changes.change(principal, clientId, body, precondition);
    void reply.header('etag', etagOf(described.client.version));
    return toClient(described);
  }
}
