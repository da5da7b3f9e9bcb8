import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Access } from '../common/access/access.decorator.js';
import { CurrentPrincipal } from '../common/access/current-principal.decorator.js';
import { type Principal } from '../common/access/principal.js';
import { type ListQuery, listQuery } from '../common/http/list-query.js';
import { idParameter } from '../common/openapi/fields.js';
import { Operation } from '../common/openapi/operation.decorator.js';
import { ClientListService } from './client-list.service.js';
import { type ClientResponse, clientResponse, toClient } from './dto/client.response.js';

/** The clients of a workspace. */
@ApiTags('Clients')
@Controller('v1/workspaces/:workspaceId/clients')
export class WorkspaceClientsController {
  constructor(private readonly clients: ClientListService) {}

  /** A bare array, newest first. */
  @Access('workspace', 'read')
  @Operation({
    id: 'listWorkspaceClients',
    summary: 'The clients of a workspace, newest first',
    response: clientResponse.array(),
    problems: ['NotFound'],
  })
  @Get()
  async list(
    @CurrentPrincipal() principal: Principal,
    @Param('workspaceId', { schema: idParameter('ws') }) workspaceId: string,
    @Query({ schema: listQuery }) { limit }: ListQuery,
  ): Promise<ClientResponse[]> {
    return (await this.clients.ofWorkspace(principal, workspaceId, limit)).map(toClient);
  }
}
