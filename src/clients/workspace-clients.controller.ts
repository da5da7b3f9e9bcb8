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
import { type NewWorkspaceClientRequest, newWorkspaceClientRequest } from './dto/client.request.js';
import { type ClientResponse, clientResponse, toClient } from './dto/client.response.js';
import { type CreatedClientResponse, createdClientResponse } from './dto/created-client.response.js';

/** The clients of a workspace. */
@ApiTags('Clients')
@Controller('v1/workspaces/:workspaceId/clients')
export class WorkspaceClientsController {
  constructor(
    private readonly creation: ClientCreationService,
    private readonly clients: ClientListService,
    private readonly lists: Lists,
    private readonly answer: CreationAnswer,
  ) {}

  /** With a role of workspace level. */
  @Access('workspace', 'admin')
  @Operation({
    id: 'createWorkspaceClient',
    summary: 'Makes a client of a workspace',
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
    @Param('workspaceId', { schema: idParameter('ws') }) workspaceId: string,
    @Body({ schema: newWorkspaceClientRequest }) body: NewWorkspaceClientRequest,
    @Once() once: OnceRequest | null,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CreatedClientResponse> {
    return this.answer.write(
      reply,
      await this.creation.create(principal, { level: 'workspace', workspaceId }, body, once),
    );
  }

  /** A bare array, newest first. */
  @Access('workspace', 'read')
  @Operation({
    id: 'listWorkspaceClients',
    summary: 'The clients of a workspace, newest first',
    response: clientResponse.array(),
    headers: LIST_HEADERS,
    problems: ['NotFound'],
  })
  @Get()
  async list(
    @CurrentPrincipal() principal: Principal,
    @Param('workspaceId', { schema: idParameter('ws') }) workspaceId: string,
    @Query({ schema: listQuery }) query: ListQuery,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ClientResponse[]> {
    return this.lists.answer(reply, principal, query, async (page) =>
      (await this.clients.ofWorkspace(principal, workspaceId, page)).map(toClient),
    );
  }
}
