import { Body, Controller, Get, Param, Post, Query, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type FastifyReply } from 'fastify';
import { Access } from '../common/access/access.decorator.js';
import { CurrentPrincipal } from '../common/access/current-principal.decorator.js';
import { type Principal } from '../common/access/principal.js';
import { LIST_HEADERS, type ListQuery, listQuery } from '../common/http/list-query.js';
import { MADE_HEADERS } from '../common/http/made.js';
import { Once, Repeatable } from '../common/http/once.decorator.js';
import { idParameter } from '../common/openapi/fields.js';
import { Operation } from '../common/openapi/operation.decorator.js';
import { type OnceRequest } from '../common/once-request.js';
import { Lists } from '../sealing/lists.js';
import { ClientCreationService } from './client-creation.service.js';
import { ClientListService } from './client-list.service.js';
import { CreationAnswer } from './creation-answer.js';
import { type NewAccountClientRequest, newAccountClientRequest } from './dto/client.request.js';
import { type ClientResponse, clientResponse, toClient } from './dto/client.response.js';
import { type CreatedClientResponse, createdClientResponse } from './dto/created-client.response.js';

/** The clients of an account itself. */
@ApiTags('Clients')
@Controller('v1/accounts/:accountId/clients')
export class AccountClientsController {
  constructor(
    private readonly creation: ClientCreationService,
    private readonly clients: ClientListService,
    private readonly lists: Lists,
    private readonly answer: CreationAnswer,
  ) {}

  /** Always an `account_admin`. */
  @Access('account', 'admin')
  @Operation({
    id: 'createAccountClient',
    summary: 'Makes a client of an account',
    description:
      'Its secret is shown this once. For people; for machines, too, with CREDENTIAL_CREATION=any (otherwise 403 `HUMAN_REQUIRED`).',
    status: 201,
    response: createdClientResponse,
    headers: MADE_HEADERS,
    problems: ['NotFound', 'Conflict', 'TooManyClients'],
  })
  @Repeatable()
  @Post()
  async create(
    @CurrentPrincipal() principal: Principal,
    @Param('accountId', { schema: idParameter('acc') }) accountId: string,
    @Body({ schema: newAccountClientRequest }) body: NewAccountClientRequest,
    @Once() once: OnceRequest | null,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CreatedClientResponse> {
    return this.answer.write(reply, await this.creation.create(principal, { level: 'account', accountId }, body, once));
  }

  /** A bare array, newest first. */
  @Access('account', 'read')
  @Operation({
    id: 'listAccountClients',
    summary: 'The clients of an account, newest first',
    description: 'Those of its workspaces are in the lists of these.',
    response: clientResponse.array(),
    headers: LIST_HEADERS,
    problems: ['NotFound'],
  })
  @Get()
  async list(
    @CurrentPrincipal() principal: Principal,
    @Param('accountId', { schema: idParameter('acc') }) accountId: string,
    @Query({ schema: listQuery }) query: ListQuery,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ClientResponse[]> {
    return this.lists.answer(reply, principal, query, async (page) =>
      (await this.clients.ofAccount(principal, accountId, page)).map(toClient),
    );
  }
}
