import { Controller, Get, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type FastifyReply } from 'fastify';
import { Access } from '../common/access/access.decorator.js';
import { CurrentPrincipal } from '../common/access/current-principal.decorator.js';
import { type Principal } from '../common/access/principal.js';
import { ETAG_HEADER, etagOf } from '../common/http/etag.js';
import { Operation } from '../common/openapi/operation.decorator.js';
import { toWorkspace, type WorkspaceResponse, workspaceResponse } from './dto/workspace.response.js';
import { WorkspacesService } from './workspaces.service.js';

/** The workspace of the credential. */
@ApiTags('Workspaces')
@Controller('v1/workspace')
export class WorkspaceController {
  constructor(private readonly workspaces: WorkspacesService) {}

  /** The tenant comes from the credential; one without a workspace is refused. */
  @Access('workspace', 'read')
  @Operation({
    id: 'getOwnWorkspace',
    summary: 'The workspace of the credential',
    description: 'A credential that has no workspace is refused with 403.',
    response: workspaceResponse,
    headers: ETAG_HEADER,
    problems: ['NotFound'],
  })
  @Get()
  async getOwn(
    @CurrentPrincipal() principal: Principal,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<WorkspaceResponse> {
    const workspace = await this.workspaces.getOwn(principal);
    void reply.header('etag', etagOf(workspace.version));
    return toWorkspace(workspace);
  }
}
