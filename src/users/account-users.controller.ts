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
import { type NewUserRequest, newUserRequest } from './dto/user.request.js';
import { type MadeUserResponse, madeUserResponse, type UserResponse, userResponse } from './dto/user.response.js';
import { UserReader } from './user-reader.js';
import { UsersService } from './users.service.js';

/** The people of an account. */
@ApiTags('People')
@Controller('v1/accounts/:accountId/users')
export class AccountUsersController {
  constructor(
    private readonly users: UsersService,
    private readonly reader: UserReader,
    private readonly lists: Lists,
    private readonly config: AppConfig,
  ) {}

  /** Makes a person; the setup token is beside what is kept for a repeated request. */
  @Access('account', 'admin')
  @Operation({
    id: 'createUser',
    summary: 'Makes a person in an account',
    description:
      'Nobody gives a role above their own level. An administrator’s role is given by people (`HUMAN_REQUIRED` for ' +
      'machines), but a platform client makes the first administrator of an account that has none. `setupToken` is ' +
      'answered to people, and to that platform client.',
    status: 201,
    response: madeUserResponse,
    headers: MADE_HEADERS,
    problems: ['NotFound', 'Conflict'],
  })
  @Repeatable()
  @Post()
  async create(
    @CurrentPrincipal() principal: Principal,
    @Param('accountId', { schema: idParameter('acc') }) accountId: string,
    @Body({ schema: newUserRequest }) body: NewUserRequest,
    @Once() once: OnceRequest | null,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<MadeUserResponse> {
    const { setupToken, ...made } = await this.users.create(principal, { ...body, accountId }, once);
    const user = answerMade(reply, made, `${this.config.baseUrl}/v1/users/${made.object.id}`);
    return setupToken === null ? user : { ...user, setupToken };
  }

  /** A bare array, newest first. */
  @Access('account', 'read')
  @Operation({
    id: 'listUsers',
    summary: 'The people of an account, newest first',
    description: 'Those of its workspaces, too.',
    response: userResponse.array(),
    headers: LIST_HEADERS,
    problems: ['NotFound'],
  })
  @Get()
  list(
    @CurrentPrincipal() principal: Principal,
    @Param('accountId', { schema: idParameter('acc') }) accountId: string,
    @Query({ schema: listQuery }) query: ListQuery,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<UserResponse[]> {
    return this.lists.answer(reply, principal, query, (page) => this.reader.list(principal, accountId, page));
  }
}
