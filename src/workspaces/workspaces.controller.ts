import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Res } from '@nestjs/common';
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
import { type WorkspaceChangesRequest, workspaceChangesRequest } from './dto/workspace.request.js';
import { toWorkspace, type WorkspaceResponse, workspaceResponse } from './dto/workspace.response.js';
import { WorkspacesService } from './workspaces.service.js';

/** One workspace, by its id. */
@ApiTags('Workspaces')
@Controller('v1/workspaces/:workspaceId')
export class WorkspacesController {
  constructor(private readonly workspaces: WorkspacesService) {}

  /** One workspace. */
  @Access('workspace', 'read')
  @Operation({
    id: 'getWorkspace',
    summary: 'One workspace',
    response: workspaceResponse,
    headers: ETAG_HEADER,
    problems: ['NotFound'],
  })
  @Get()
  async get(
    @CurrentPrincipal() principal: Principal,
    @Param('workspaceId', { schema: idParameter('ws') }) workspaceId: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<WorkspaceResponse> {
    const workspace = await this.workspaces.get(principal, workspaceId);
    void reply.header('etag', etagOf(workspace.version));
    return toWorkspace(workspace);
  }

  /** Name and slug. */
  @Access('workspace', 'admin')
  @Operation({
    id: 'changeWorkspace',
    summary: 'Changes a workspace',
    response: workspaceResponse,
    headers: ETAG_HEADER,
    problems: ['NotFound', 'Conflict'],
  })
  @Conditional()
  @Patch()
  async change(
    @CurrentPrincipal() principal: Principal,
    @Param('workspaceId', { schema: idParameter('ws') }) workspaceId: string,
    @Body({ schema: workspaceChangesRequest }) body: WorkspaceChangesRequest,
    @IfMatch() precondition: Precondition,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<WorkspaceResponse> {
    const workspace = await this.workspaces.change(principal, workspaceId, body, precondition);
    void reply.header('etag', etagOf(workspace.version));
    return toWorkspace(workspace);
  }

  /** For good. */
  @Access('workspace', 'admin')
  @Operation({
    id: 'deleteWorkspace',
    summary: 'Deletes a workspace, with every credential and token in it',
    description: 'The audit trail stays. From then on it is 404 for everybody.',
    status: 204,
    problems: ['NotFound'],
  })
  @Conditional()
  @Delete()
  @HttpCode(204)
  async end(
    @CurrentPrincipal() principal: Principal,
    @Param('workspaceId', { schema: idParameter('ws') }) workspaceId: string,
    @IfMatch() precondition: Precondition,
  ): Promise<void> {
    await this.workspaces.end(principal, workspaceId, precondition);
  }
}
