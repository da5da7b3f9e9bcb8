import { Injectable } from '@nestjs/common';
import { type FastifyRequest } from 'fastify';
import { Observations } from '../audit/observations.js';
import { type Origin, type Principal } from '../common/access/principal.js';
import { DomainError } from '../common/errors/domain.error.js';
import { EdgeError } from '../common/http/edge.error.js';
import { type Fault } from '../common/http/fault.js';
import { RefusedClients } from '../oauth/refused-clients.js';
import { RefusedObjects } from './refused-objects.js';
import { RefusedTokens } from './refused-tokens.js';

type Refused = FastifyRequest & { user?: Principal };

/** Observes what is refused, for the audit trail: clients, tokens, what principals may not do, and credentials over plain HTTP. */
@Injectable()
export class Refusals {
  constructor(
    private readonly clients: RefusedClients,
    private readonly tokens: RefusedTokens,
    private readonly objects: RefusedObjects,
    private readonly observations: Observations,
  ) {}

  /** Takes a refusal once it is decided. */
  observe(thrown: unknown, fault: Fault, request: Refused): void {
    const origin = { requestId: request.id, address: request.ip };
    this.clients.observe(thrown, origin);
    this.tokens.observe(thrown, origin, request.user);
    if (thrown instanceof DomainError && thrown.isInvalidCredentials) this.observePassword(request, origin);
    if (request.user) this.objects.observe(thrown, request, request.user);
    if (fault.status === 429) this.observeLimit(fault, request, origin);
    if (fault.status !== 403) return;
    if (request.user) this.observeForbidden(fault, request, request.user);
    else if (thrown instanceof EdgeError && showsCredential(request)) this.observePlainHttp(request, origin);
  }

  /** Whose name was claimed is not told: it may be a password in the wrong place. */
  private observePassword({ user, routeOptions }: Refused, origin: Origin): void {
    this.observations.refused({
      action: routeOptions.url?.endsWith('/login') === true ? 'login.refused' : 'password.refused',
      reason: 'invalid_credentials',
      actor: user ? { type: user.type, id: user.id } : { type: 'anonymous', id: null },
      object: { type: 'user', id: user?.id ?? null },
      accountId: user?.accountId ?? null,
      workspaceId: user?.workspaceId ?? null,
      origin,
    });
  }

  /** Whose name was tried is not told here, either. */
  private observeLimit({ detail }: Fault, request: Refused, origin: Origin): void {
    const { user } = request;
    this.observations.refused({
      action: 'rate_limit.refused',
      // Domain errors name a limit; the framework throws no 429 of its own.
      reason: detail ?? 'other',
      actor: user ? { type: user.type, id: user.id } : { type: 'anonymous', id: null },
      object: { type: 'endpoint', id: endpointOf(request) },
      accountId: user?.accountId ?? null,
      workspaceId: user?.workspaceId ?? null,
      origin,
    });
  }

  private observeForbidden({ challenge, code }: Fault, request: FastifyRequest, principal: Principal): void {
    const { type, id, accountId, workspaceId, origin = null } = principal;
    this.observations.refused({
      action: 'access.refused',
      reason: challenge ?? code.toLowerCase(),
      actor: { type, id },
      object: { type: 'endpoint', id: endpointOf(request) },
      accountId,
      workspaceId,
      origin,
    });
  }

  /** Whose credential it was is not looked up: it is not read where anybody may have read it. */
  private observePlainHttp(request: FastifyRequest, origin: Origin): void {
    this.observations.refused({
      action: 'access.refused',
      reason: 'plain_http',
      actor: { type: 'anonymous', id: null },
      object: { type: 'endpoint', id: endpointOf(request) },
      accountId: null,
      workspaceId: null,
      origin,
    });
  }
}

/** Method and route, without what was put in its place holders. */
function endpointOf({ method, routeOptions }: FastifyRequest): string {
  return `${method} ${routeOptions.url ?? ''}`.trim();
}

function showsCredential({ headers }: FastifyRequest): boolean {
  return headers.authorization !== undefined || headers['x-api-key'] !== undefined;
}
