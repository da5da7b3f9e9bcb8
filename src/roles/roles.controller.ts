import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, Query, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type FastifyReply } from 'fastify';
import { z } from 'zod';
import { Access, Authenticated } from '../common/access/access.decorator.js';
import { CurrentPrincipal } from '../common/access/current-principal.decorator.js';
import { type Principal } from '../common/access/principal.js';
import { ETAG_HEADER, etagOf } from '../common/http/etag.js';
import { Conditional, IfMatch } from '../common/http/if-match.decorator.js';
import { type Precondition } from '../common/precondition.js';
import { LIST_HEADERS, type ListQuery, listQuery } from '../common/http/list-query.js';
import { answerMade, MADE_HEADERS } from '../common/http/made.js';
import { Once, Repeatable } from '../common/http/once.decorator.js';
import { Operation } from '../common/openapi/operation.decorator.js';
import { AppConfig } from '../config/app-config.js';
import { type OnceRequest } from '../common/once-request.js';
import { Lists } from '../sealing/lists.js';
import {
  type NewRoleRequest,
  newRoleRequest,
  type RoleChangesRequest,
  roleChangesRequest,
} from './dto/role.request.js';
import { type RoleResponse, roleResponse, toRole } from './dto/role.response.js';
import { placeOf } from './role.repository.js';
import { RolesService } from './roles.service.js';

/** A role in a path. It has no example: the explorer would send that. */
const nameParameter = z.string().meta({ description: 'The name of a role' });

/** Roles: read by every principal, written by the platform. */
@ApiTags('Roles')
@Controller('v1/roles')
export class RolesController {
  constructor(
    private readonly roles: RolesService,
    private readonly lists: Lists,
    private readonly config: AppConfig,
  ) {}

  /** Adds a role of the platform's own. */
  @Access('platform', 'admin')
  @Operation({
    id: 'createRole',
    summary: 'Adds a role',
    status: 201,
    response: roleResponse,
    headers: MADE_HEADERS,
    problems: ['Conflict'],
  })
  @Repeatable()
  @Post()
  async create(
    @CurrentPrincipal() principal: Principal,
    @Body({ schema: newRoleRequest }) body: NewRoleRequest,
    @Once() once: OnceRequest | null,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<RoleResponse> {
    const made = await this.roles.create(principal, body, once);
    return answerMade(reply, made, `${this.config.baseUrl}/v1/roles/${made.object.id}`);
  }

  /** A bare array, newest first. */
  @Authenticated()
  @Operation({
    id: 'listRoles',
    summary: 'Every role, newest first',
    response: roleResponse.array(),
    headers: LIST_HEADERS,
  })
  @Get()
  async list(
    @CurrentPrincipal() principal: Principal,
    @Query({ schema: listQuery }) query: ListQuery,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<RoleResponse[]> {
    const rows = await this.lists.answer(reply, principal, query, async (page) =>
      (await this.roles.list(principal, page)).map((role) => ({ id: placeOf(role), role })),
    );
    return rows.map(({ role }) => toRole(role));
  }

  /** One role. */
  @Authenticated()
  @Operation({
    id: 'getRole',
    summary: 'One role, by its name',
    response: roleResponse,
    headers: ETAG_HEADER,
    problems: ['NotFound'],
  })
  @Get(':name')
  async get(
    @CurrentPrincipal() principal: Principal,
    @Param('name', { schema: nameParameter }) name: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<RoleResponse> {
    const role = await this.roles.get(principal, name);
    void reply.header('etag', etagOf(role.version));
    return toRole(role);
  }

  /** Name and level stay. */
  @Access('platform', 'admin')
  @Operation({
    id: 'changeRole',
    summary: 'Changes the management scopes of a role, and who may give it',
    description:
      'On the management API it holds at once, but a token never gains scopes that it was not issued with. Built-in ' +
      'roles are fixed. A role is made wider, or given by more, by people, and by machines with CREDENTIAL_CREATION=any ' +
      '(otherwise 403 `HUMAN_REQUIRED`).',
    response: roleResponse,
    headers: ETAG_HEADER,
    problems: ['NotFound'],
  })
  @Conditional()
  @Patch(':name')
  async change(
    @CurrentPrincipal() principal: Principal,
    @Param('name', { schema: nameParameter }) name: string,
    @Body({ schema: roleChangesRequest }) body: RoleChangesRequest,
    @IfMatch() precondition: Precondition,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<RoleResponse> {
    const role = await this.roles.change(principal, name, body, precondition);
    void reply.header('etag', etagOf(role.version));
    return toRole(role);
  }

  /** Only one that is not in use. */
  @Access('platform', 'admin')
  @Operation({
    id: 'deleteRole',
    summary: 'Deletes a role that is not in use',
    description: 'Somebody has it, or a resource server names it: 409. Built-in roles cannot be deleted.',
    status: 204,
    problems: ['NotFound', 'Conflict'],
  })
  @Conditional()
  @Delete(':name')
  @HttpCode(204)
  async remove(
    @CurrentPrincipal() principal: Principal,
    @Param('name', { schema: nameParameter }) name: string,
    @IfMatch() precondition: Precondition,
  ): Promise<void> {
    await this.roles.remove(principal, name, precondition);
  }
}
