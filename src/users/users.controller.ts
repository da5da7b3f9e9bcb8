import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type FastifyReply } from 'fastify';
import { Access } from '../common/access/access.decorator.js';
import { CurrentPrincipal } from '../common/access/current-principal.decorator.js';
import { type Principal } from '../common/access/principal.js';
import { WithoutBody } from '../common/http/without-body.js';
import { ETAG_HEADER, etagOf } from '../common/http/etag.js';
import { Conditional, IfMatch } from '../common/http/if-match.decorator.js';
import { type Precondition } from '../common/precondition.js';
import { idParameter } from '../common/openapi/fields.js';
import { Operation } from '../common/openapi/operation.decorator.js';
import { type UserChangesRequest, userChangesRequest } from './dto/user.request.js';
import { type SetupTokenResponse, setupTokenResponse, type UserResponse, userResponse } from './dto/user.response.js';
import { UserReader } from './user-reader.js';
import { UsersService } from './users.service.js';

const userId = idParameter('usr');

/** A person. */
@ApiTags('People')
@Controller('v1/users/:userId')
export class UsersController {
  constructor(
    private readonly users: UsersService,
    private readonly reader: UserReader,
  ) {}

  /** One person. */
  @Access('account', 'read')
  @Operation({
    id: 'getUser',
    summary: 'One person',
    response: userResponse,
    headers: ETAG_HEADER,
    problems: ['NotFound'],
  })
  @Get()
  async get(
    @CurrentPrincipal() principal: Principal,
    @Param('userId', { schema: userId }) id: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<UserResponse> {
    const { user, version } = await this.reader.get(principal, id);
    void reply.header('etag', etagOf(version));
    return user;
  }

  /** Name, address, role and workspace. */
  @Access('account', 'admin')
  @Operation({
    id: 'changeUser',
    summary: 'Changes a person',
    description:
      'A role that takes something away, and another workspace, end the person’s tokens within a second. Nobody ' +
      'changes their own role, and the last administrator keeps theirs (409).',
    response: userResponse,
    headers: ETAG_HEADER,
    problems: ['NotFound', 'Conflict'],
  })
  @Conditional()
  @Patch()
  async change(
    @CurrentPrincipal() principal: Principal,
    @Param('userId', { schema: userId }) id: string,
    @Body({ schema: userChangesRequest }) body: UserChangesRequest,
    @IfMatch() precondition: Precondition,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<UserResponse> {
    const { user, version } = await this.users.change(principal, id, body, precondition);
    void reply.header('etag', etagOf(version));
    return user;
  }

  /** For good. */
  @Access('account', 'admin')
  @Operation({
    id: 'deleteUser',
    summary: 'Deletes a person, and ends their tokens',
    description: 'The last administrator of an account, or of the platform, cannot go (409).',
    status: 204,
    problems: ['NotFound', 'Conflict'],
  })
  @Conditional()
  @Delete()
  @HttpCode(204)
  async end(
    @CurrentPrincipal() principal: Principal,
    @Param('userId', { schema: userId }) id: string,
    @IfMatch() precondition: Precondition,
  ): Promise<void> {
    await this.users.end(principal, id, precondition);
  }

  /** For somebody who has not set a password yet, or has forgotten it. */
  @Access('account', 'admin')
  @Operation({
    id: 'createSetupToken',
    summary: 'A new setup token for a person',
    description: 'It replaces the one before. For people only: machines are answered `HUMAN_REQUIRED`.',
    response: setupTokenResponse,
    problems: ['NotFound'],
  })
  @WithoutBody()
  @Post('setup-token')
  @HttpCode(200)
  async createSetupToken(
    @CurrentPrincipal() principal: Principal,
    @Param('userId', { schema: userId }) id: string,
  ): Promise<SetupTokenResponse> {
    return { setupToken: await this.users.renewSetupToken(principal, id) };
  }
}
