import { Body, Controller, Get, Param, Patch, Post, Query, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type FastifyReply } from 'fastify';
import { Access } from '../common/access/access.decorator.js';
import { CurrentPrincipal } from '../common/access/current-principal.decorator.js';
import { type Principal } from '../common/access/principal.js';
import { ETAG_HEADER, etagOf } from '../common/http/etag.js';
import { Conditional, IfMatch } from '../common/http/if-match.decorator.js';
import { type Precondition } from '../common/precondition.js';
import { LIST_HEADERS, type ListQuery, listQuery } from '../common/http/list-query.js';
import { answerMade, MADE_HEADERS } from '../common/http/made.js';
import { Once, Repeatable } from '../common/http/once.decorator.js';
import { idParameter } from '../common/openapi/fields.js';
import { Operation } from '../common/openapi/operation.decorator.js';
import { AppConfig } from '../config/app-config.js';
import { type OnceRequest } from '../common/once-request.js';
import { Lists } from '../sealing/lists.js';
import { AccountsService } from './accounts.service.js';
import {
  type AccountChangesRequest,
  accountChangesRequest,
  type NewAccountRequest,
  newAccountRequest,
} from './dto/account.request.js';
import { type AccountResponse, accountResponse, toAccount } from './dto/account.response.js';

/** Accounts, by the platform and by their own administrators. */
@ApiTags('Accounts')
@Controller('v1/accounts')
export class AccountsController {
  constructor(
    private readonly accounts: AccountsService,
    private readonly lists: Lists,
    private readonly config: AppConfig,
  ) {}

  /** Makes an account. */
  @Access('platform', 'admin')
  @Operation({
    id: 'createAccount',
    summary: 'Makes an account',
    status: 201,
    response: accountResponse,
    headers: MADE_HEADERS,
    problems: ['Conflict'],
  })
  @Repeatable()
  @Post()
  async create(
    @CurrentPrincipal() principal: Principal,
    @Body({ schema: newAccountRequest }) body: NewAccountRequest,
    @Once() once: OnceRequest | null,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<AccountResponse> {
    const made = await this.accounts.create(principal, body, once);
    return answerMade(reply, made, `${this.config.baseUrl}/v1/accounts/${made.object.id}`);
  }

  /** A bare array, newest first. */
  @Access('platform', 'admin')
  @Operation({
    id: 'listAccounts',
    summary: 'Every account, newest first',
    response: accountResponse.array(),
    headers: LIST_HEADERS,
  })
  @Get()
  async list(
    @CurrentPrincipal() principal: Principal,
    @Query({ schema: listQuery }) query: ListQuery,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<AccountResponse[]> {
    const rows = await this.lists.answer(reply, principal, query, (page) => this.accounts.list(principal, page));
    return rows.map(toAccount);
  }

  /** One account. */
  @Access('account', 'read')
  @Operation({
    id: 'getAccount',
    summary: 'One account',
    response: accountResponse,
    headers: ETAG_HEADER,
    problems: ['NotFound'],
  })
  @Get(':accountId')
  async get(
    @CurrentPrincipal() principal: Principal,
    @Param('accountId', { schema: idParameter('acc') }) accountId: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<AccountResponse> {
    const account = await this.accounts.get(principal, accountId);
    void reply.header('etag', etagOf(account.version));
    return toAccount(account);
  }

  /** Plan and status are the platform's to change. */
  @Access('account', 'admin')
  @Operation({
    id: 'changeAccount',
    summary: 'Changes an account',
    description: 'Suspension ends every token in the account within a second; it can be lifted.',
    response: accountResponse,
    headers: ETAG_HEADER,
    problems: ['NotFound', 'Conflict'],
  })
  @Conditional()
  @Patch(':accountId')
  async change(
    @CurrentPrincipal() principal: Principal,
    @Param('accountId', { schema: idParameter('acc') }) accountId: string,
    @Body({ schema: accountChangesRequest }) body: AccountChangesRequest,
    @IfMatch() precondition: Precondition,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<AccountResponse> {
    const account = await this.accounts.change(principal, accountId, body, precondition);
    void reply.header('etag', etagOf(account.version));
    return toAccount(account);
  }
}
