import { Body, Controller, Get, Post, Query, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type FastifyReply } from 'fastify';
import { Access } from '../common/access/access.decorator.js';
import { CurrentPrincipal } from '../common/access/current-principal.decorator.js';
import { type Principal } from '../common/access/principal.js';
import { LIST_HEADERS, type ListQuery, listQuery } from '../common/http/list-query.js';
import { MADE_HEADERS } from '../common/http/made.js';
import { Once, Repeatable } from '../common/http/once.decorator.js';
import { Operation } from '../common/openapi/operation.decorator.js';
import { type OnceRequest } from '../common/once-request.js';
import { Lists } from '../sealing/lists.js';
import { ClientCreationService } from './client-creation.service.js';
import { ClientListService } from './client-list.service.js';
import { CreationAnswer } from './creation-answer.js';
import { type NewPlatformClientRequest, newPlatformClientRequest } from './dto/client.request.js';
import { type ClientResponse, clientResponse, toClient } from './dto/client.response.js';
import { type CreatedClientResponse, createdClientResponse } from './dto/created-client.response.js';

/** The platform's own clients: for sign-up back ends and infrastructure as code. */
@ApiTags('Clients')
@Controller('v1/clients')
export class PlatformClientsController {
  constructor(
    private readonly creation: ClientCreationService,
    private readonly clients: ClientListService,
    private readonly lists: Lists,
    private readonly answer: CreationAnswer,
  ) {}

  /** Plans do not touch it. */
  @Access('platform', 'admin')
  @Operation({
    id: 'createPlatformClient',
    summary: 'Makes a client of the platform',
    description:
      'Its secret is shown this once. For people; for machines, too, with CREDENTIAL_CREATION=any (otherwise 403 `HUMAN_REQUIRED`).',
    status: 201,
    response: createdClientResponse,
    headers: MADE_HEADERS,
    problems: ['Conflict'],
  })
  @Repeatable()
  @Post()
  async create(
    @CurrentPrincipal() principal: Principal,
    @Body({ schema: newPlatformClientRequest }) body: NewPlatformClientRequest,
    @Once() once: OnceRequest | null,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CreatedClientResponse> {
    return this.answer.write(reply, await this.creation.create(principal, { level: 'platform' }, body, once));
  }

  /** A bare array, newest first. */
  @Access('platform', 'admin')
  @Operation({
    id: 'listPlatformClients',
    summary: 'The clients of the platform, newest first',
    response: clientResponse.array(),
    headers: LIST_HEADERS,
  })
  @Get()
  async list(
    @CurrentPrincipal() principal: Principal,
    @Query({ schema: listQuery }) query: ListQuery,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ClientResponse[]> {
    return this.lists.answer(reply, principal, query, async (page) =>
      (await this.clients.ofPlatform(principal, page)).map(toClient),
    );
  }
}
