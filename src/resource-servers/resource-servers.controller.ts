import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, Query, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type FastifyReply } from 'fastify';
import { Access, Authenticated } from '../common/access/access.decorator.js';
import { CurrentPrincipal } from '../common/access/current-principal.decorator.js';
import { type Principal } from '../common/access/principal.js';
import { Clock } from '../common/clock.js';
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
import {
  type NewResourceServerRequest,
  newResourceServerRequest,
  type ResourceServerChangesRequest,
  resourceServerChangesRequest,
} from './dto/resource-server.request.js';
import {
  type ResourceServerResponse,
  resourceServerResponse,
  toResourceServer,
} from './dto/resource-server.response.js';
import { type RegisteredServer } from './registered-server.js';
import { ResourceServersService } from './resource-servers.service.js';

/** Resource servers: read by every principal, written by the platform. */
@ApiTags('Resource servers')
@Controller('v1/resource-servers')
export class ResourceServersController {
  constructor(
    private readonly servers: ResourceServersService,
    private readonly lists: Lists,
    private readonly config: AppConfig,
    private readonly clock: Clock,
  ) {}

  /** Registers an API. */
  @Access('platform', 'admin')
  @Operation({
    id: 'createResourceServer',
    summary: 'Registers an API that accepts tokens',
    description:
      'With an algorithm that has no keys yet it gives tokens from `signingAlgFrom` on, two seconds later; until then ' +
      'the token endpoint answers 503 for it, with `Retry-After`.',
    status: 201,
    response: resourceServerResponse,
    headers: MADE_HEADERS,
    problems: ['Conflict'],
  })
  @Repeatable()
  @Post()
  async create(
    @CurrentPrincipal() principal: Principal,
    @Body({ schema: newResourceServerRequest }) body: NewResourceServerRequest,
    @Once() once: OnceRequest | null,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ResourceServerResponse> {
    const made = await this.servers.register(principal, body, once);
    return answerMade(reply, made, `${this.config.baseUrl}/v1/resource-servers/${made.object.id}`);
  }

  /** A bare array, newest first. */
  @Authenticated()
  @Operation({
    id: 'listResourceServers',
    summary: 'Every resource server, newest first',
    response: resourceServerResponse.array(),
    headers: LIST_HEADERS,
  })
  @Get()
  async list(
    @CurrentPrincipal() principal: Principal,
    @Query({ schema: listQuery }) query: ListQuery,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ResourceServerResponse[]> {
    const rows = await this.lists.answer(reply, principal, query, (page) => this.servers.list(principal, page));
    return rows.map((server) => toResourceServer(server, this.clock.now()));
  }

  /** One resource server. */
  @Authenticated()
  @Operation({
    id: 'getResourceServer',
    summary: 'One resource server',
    response: resourceServerResponse,
    headers: ETAG_HEADER,
    problems: ['NotFound'],
  })
  @Get(':resourceServerId')
  async get(
    @CurrentPrincipal() principal: Principal,
    @Param('resourceServerId', { schema: idParameter('rs') }) id: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ResourceServerResponse> {
    return this.answer(reply, await this.servers.get(principal, id));
  }

  /** All but the identifier. */
  @Access('platform', 'admin')
  @Operation({
    id: 'changeResourceServer',
    summary: 'Changes a resource server',
    description:
      'It holds for the next token; those that were issued stay as they are. Another `signingAlg` signs from ' +
      '`signingAlgFrom` on, when its key has been public for SIGNING_KEY_PUBLISH_SECONDS; back to the one before cancels ' +
      'that. Of the management API only `tokenTtlSeconds`, `signingAlg` and `clientIds` change.',
    response: resourceServerResponse,
    headers: ETAG_HEADER,
    problems: ['NotFound', 'Conflict'],
  })
  @Conditional()
  @Patch(':resourceServerId')
  async change(
    @CurrentPrincipal() principal: Principal,
    @Param('resourceServerId', { schema: idParameter('rs') }) id: string,
    @Body({ schema: resourceServerChangesRequest }) body: ResourceServerChangesRequest,
    @IfMatch() precondition: Precondition,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ResourceServerResponse> {
    return this.answer(reply, await this.servers.change(principal, id, body, precondition));
  }

  /** Only one that is not in use. */
  @Access('platform', 'admin')
  @Operation({
    id: 'deleteResourceServer',
    summary: 'Deletes a resource server that is not in use',
    description:
      'A client that is not deactivated has it among its audiences: 409. Tokens for it live until they expire. The ' +
      'management API cannot be deleted.',
    status: 204,
    problems: ['NotFound', 'Conflict'],
  })
  @Conditional()
  @Delete(':resourceServerId')
  @HttpCode(204)
  async end(
    @CurrentPrincipal() principal: Principal,
    @Param('resourceServerId', { schema: idParameter('rs') }) id: string,
    @IfMatch() precondition: Precondition,
  ): Promise<void> {
    await this.servers.end(principal, id, precondition);
  }

  private answer(reply: FastifyReply, server: RegisteredServer): ResourceServerResponse {
    void reply.header('etag', etagOf(server.version));
    return toResourceServer(server, this.clock.now());
  }
}
