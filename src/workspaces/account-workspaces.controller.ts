import { Body, Controller, Get, Param, Post, Query, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type FastifyReply } from 'fastify';
import { Access } from '../common/access/access.decorator.js';
import { CurrentPrincipal } from '../common/access/current-principal.decorator.js';
import { type Principal } from '../common/access/principal.js';
import { LIST_HEADERS, type ListQuery, listQuery } from '../common/http/list-query.js';
import { answerMade, MADE_HEADERS } from '../common/http/made.js';
import { Once, Repeatable } from '../common/http/once.decorator.js';
import { idParameter } from '../common/openapi/fields.js';
import { Operation } from '../common/openapi/operation.decorator.js';
import { AppConfig } from '../config/app-config.js';
import { type OnceRequest } from '../common/once-request.js';
import { Lists } from '../sealing/lists.js';
import { type NewWorkspaceRequest, newWorkspaceRequest } from './dto/workspace.request.js';
import { toWorkspace, type WorkspaceResponse, workspaceResponse } from './dto/workspace.response.js';
import { WorkspacesService } from './workspaces.service.js';

/** The workspaces of an account. */
@ApiTags('Workspaces')
@Controller('v1/accounts/:accountId/workspaces')
export class AccountWorkspacesController {
  constructor(
    private readonly workspaces: WorkspacesService,
    private readonly lists: Lists,
    private readonly config: AppConfig,
  ) {}

  /** Makes a workspace. */
  @Access('account', 'admin')
  @Operation({
    id: 'createWorkspace',
    summary: 'Makes a workspace in an account',
    status: 201,
    response: workspaceResponse,
    headers: MADE_HEADERS,
    problems: ['NotFound', 'Conflict'],
  })
  @Repeatable()
  @Post()
  async create(
    @CurrentPrincipal() principal: Principal,
    @Param('accountId', { schema: idParameter('acc') }) accountId: string,
    @Body({ schema: newWorkspaceRequest }) body: NewWorkspaceRequest,
    @Once() once: OnceRequest | null,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<WorkspaceResponse> {
    const made = await this.workspaces.create(principal, { ...body, accountId }, once);
    return answerMade(reply, made, `${this.config.baseUrl}/v1/workspaces/${made.object.id}`);
  }

  /** A bare array, newest first. */
  @Access('account', 'read')
  @Operation({
    id: 'listWorkspaces',
    summary: 'The workspaces of an account, newest first',
    response: workspaceResponse.array(),
    headers: LIST_HEADERS,
    problems: ['NotFound'],
  })
  @Get()
  async list(
    @CurrentPrincipal() principal: Principal,
    @Param('accountId', { schema: idParameter('acc') }) accountId: string,
    @Query({ schema: listQuery }) query: ListQuery,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<WorkspaceResponse[]> {
    const rows = await this.lists.answer(reply, principal, query, (page) =>
      this.workspaces.list(principal, accountId, page),
    );
    return rows.map(toWorkspace);
  }
}
