import { Controller, Get, Param, Query } from '@nestjs/common';
import { Access } from '../common/access/access.decorator.js';
import { CurrentPrincipal } from '../common/access/current-principal.decorator.js';
import { type Principal } from '../common/access/principal.js';
import { type ListQuery, listQuery } from '../common/http/list-query.js';
import { ClientListService, type ListedClient } from './client-list.service.js';

/** A client over HTTP, without anything secret. */
interface ClientResponse {
  id: string;
  clientId: string;
  name: string;
  role: string;
  level: string;
  accountId: string | null;
  workspaceId: string | null;
  audiences: string[];
  defaultAudience: string | null;
  audience: string | null;
  secretLast4: string | null;
  status: 'active' | 'deactivated';
  expiresAt: string | null;
  createdAt: string;
  createdBy: string;
  updatedAt: string;
}

/** The clients of a workspace. */
@Controller('v1/workspaces/:workspaceId/clients')
export class WorkspaceClientsController {
  constructor(private readonly clients: ClientListService) {}

  /** A bare array, newest first. */
  @Access('workspace', 'read')
  @Get()
  async list(
    @CurrentPrincipal() principal: Principal,
    @Param('workspaceId') workspaceId: string,
    @Query({ schema: listQuery }) { limit }: ListQuery,
  ): Promise<ClientResponse[]> {
    return (await this.clients.ofWorkspace(principal, workspaceId, limit)).map(toResponse);
  }
}

function toResponse({ client, audiences, defaultAudience, secretLast4 }: ListedClient): ClientResponse {
  const { id, name, role, level, accountId, workspaceId, createdBy } = client;
  return {
    id,
    clientId: id,
    name,
    role,
    level,
    accountId,
    workspaceId,
    audiences,
    defaultAudience,
    audience: defaultAudience ?? audiences[0] ?? null,
    secretLast4,
    status: client.endedAt === null ? 'active' : 'deactivated',
    expiresAt: client.expiresAt?.toISOString() ?? null,
    createdAt: client.createdAt.toISOString(),
    createdBy,
    updatedAt: client.updatedAt.toISOString(),
  };
}
