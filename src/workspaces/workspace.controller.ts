import { Controller, Get, Res } from '@nestjs/common';
import { type FastifyReply } from 'fastify';
import { Access } from '../common/access/access.decorator.js';
import { CurrentPrincipal } from '../common/access/current-principal.decorator.js';
import { type Principal } from '../common/access/principal.js';
import { etagOf } from '../common/http/etag.js';
import { type Workspace } from './workspace.entity.js';
import { WorkspacesService } from './workspaces.service.js';

/** A workspace over HTTP. */
interface WorkspaceResponse {
  id: string;
  accountId: string;
  name: string;
  slug: string;
  createdAt: string;
  updatedAt: string;
}

/** The workspace of the credential. */
@Controller('v1/workspace')
export class WorkspaceController {
  constructor(private readonly workspaces: WorkspacesService) {}

  /** The tenant comes from the credential; one without a workspace is refused. */
  @Access('workspace', 'read')
  @Get()
  async getOwn(
    @CurrentPrincipal() principal: Principal,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<WorkspaceResponse> {
    const workspace = await this.workspaces.getOwn(principal);
    void reply.header('etag', etagOf(workspace.version));
    return toResponse(workspace);
  }
}

function toResponse({ id, accountId, name, slug, createdAt, updatedAt }: Workspace): WorkspaceResponse {
  return { id, accountId, name, slug, createdAt: createdAt.toISOString(), updatedAt: updatedAt.toISOString() };
}
