import { Controller, Get, Query, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type FastifyReply } from 'fastify';
import { Access } from '../common/access/access.decorator.js';
import { CurrentPrincipal } from '../common/access/current-principal.decorator.js';
import { type Principal } from '../common/access/principal.js';
import { DomainError } from '../common/errors/domain.error.js';
import { ETAG_HEADER, etagOf } from '../common/http/etag.js';
import { LIST_HEADERS, type ListQuery, listQuery } from '../common/http/list-query.js';
import { Operation } from '../common/openapi/operation.decorator.js';
import { Lists } from '../sealing/lists.js';
import { AccountsService } from './accounts.service.js';
import { type AccountResponse, accountResponse, toAccount } from './dto/account.response.js';
import { toWorkspace, type WorkspaceResponse, workspaceResponse } from './dto/workspace.response.js';
import { WorkspacesService } from './workspaces.service.js';

/** The account of the credential. */
@ApiTags('Accounts')
@Controller('v1/account')
export class OwnAccountController {
  constructor(
    private readonly accounts: AccountsService,
    private readonly workspaces: WorkspacesService,
    private readonly lists: Lists,
  ) {}

  /** The tenant comes from the credential. */
  @Access('account', 'read')
  @Operation({
    id: 'getOwnAccount',
    summary: 'The account of the credential',
    description: 'A credential that has no account is refused with 403.',
    response: accountResponse,
    headers: ETAG_HEADER,
  })
  @Get()
  async get(
    @CurrentPrincipal() principal: Principal,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<AccountResponse> {
    const account = await this.accounts.get(principal, accountOf(principal));
    void reply.header('etag', etagOf(account.version));
    return toAccount(account);
  }

  /** A bare array, newest first. */
  @Access('account', 'read')
  @Operation({
    id: 'listOwnWorkspaces',
    summary: "The workspaces of the credential's account, newest first",
    response: workspaceResponse.array(),
    headers: LIST_HEADERS,
  })
  @Get('workspaces')
  async listWorkspaces(
    @CurrentPrincipal() principal: Principal,
    @Query({ schema: listQuery }) query: ListQuery,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<WorkspaceResponse[]> {
    const accountId = accountOf(principal);
    const rows = await this.lists.answer(reply, principal, query, (page) =>
      this.workspaces.list(principal, accountId, page),
    );
    return rows.map(toWorkspace);
  }
}

/** The account that the principal stands in; the platform's own stand in none. */
function accountOf({ accountId }: Principal): string {
  if (accountId === null) throw DomainError.forbidden('This credential does not have access to this resource');
  return accountId;
}
