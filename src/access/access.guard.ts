import { type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { AuthGuard } from '@nestjs/passport';
import { type FastifyRequest } from 'fastify';
import { ACCESS, type AccessRule } from '../common/access/access.decorator.js';
import { type Principal } from '../common/access/principal.js';
import { DomainError } from '../common/errors/domain.error.js';
import { isAtLeast } from '../common/oauth/vocabulary.js';
import { Memory } from '../database/feed/memory.js';
import { TokenAuthenticator, type VerifiedToken } from '../tokens/token-authenticator.js';
import { namesSomebody, OnBehalfOf } from './on-behalf-of.js';
import { requireOneBearer, showsCredential } from './presented-credential.js';

/** The global guard: authenticates, then asks the route's rule. A route without a rule is refused. */
@Injectable()
export class AccessGuard extends AuthGuard('bearer') {
  constructor(
    private readonly reflector: Reflector,
    private readonly memory: Memory,
    private readonly tokens: TokenAuthenticator,
    private readonly onBehalfOf: OnBehalfOf,
  ) {
    super();
  }

  override async canActivate(context: ExecutionContext): Promise<boolean> {
    const rule = this.reflector.getAllAndOverride<AccessRule | undefined>(ACCESS, [
      context.getHandler(),
      context.getClass(),
    ]);
    if (!rule) throw DomainError.forbidden('Forbidden', { detail: 'the route has no access rule' });
    if (rule.kind === 'public') return true;
    const request = context.switchToHttp().getRequest<Guarded>();
    if (rule.kind === 'optional' && !showsCredential(request)) return true;
    requireOneBearer(request);
    await super.canActivate(context);
    const principal = (request.user = await this.decide(request, rule));
    const parameters = request.params as PathParameters;
    if (rule.kind === 'granted') grant(rule, principal, parameters);
    // No id holds NUL, and PostgreSQL cannot even be asked.
    if (Object.values(parameters).some((value) => value?.includes('\0'))) throw DomainError.notFound();
    request.user = await this.onBehalfOf.resolve(request, principal);
    return true;
  }

  /** The token's place on the request; the principal is decided on it. */
  override getAuthenticateOptions(): { property: string } {
    return { property: 'token' };
  }

  /**
   * Who it is at this moment, and where the request came from. What is done in PostgreSQL is decided on a proof asked for
   * after the request arrived: a process that hears of no change does nothing for anybody.
   */
  private async decide(request: Guarded, rule: AccessRule): Promise<Principal> {
    const { token, id: requestId, ip: address } = request;
    if (!token) throw DomainError.unauthenticated('invalid_token', 'no token');
    const decision = (): Principal => this.tokens.principal(token);
    const origin = { requestId, address };
    if (rule.kind === 'authenticated' && rule.fromMemory && !namesSomebody(request)) {
      return { ...(await this.memory.decide(decision)), grounds: null, origin };
    }
    return { ...(await this.memory.decideAfresh(decision)), origin };
  }

  /** Passport's answer as it is: the framework's own would have no challenge. */
  override handleRequest<T>(error: unknown, user: T | false): T {
    if (error) throw error as Error;
    if (user === false) throw DomainError.unauthenticated('invalid_token', 'refused by the strategy');
    return user;
  }
}

/** A request on its way through the guard. */
type Guarded = FastifyRequest & { token?: VerifiedToken; user?: Principal };

type PathParameters = Readonly<Partial<Record<string, string>>>;

/** First scope, then reach: a tenant in the path is only compared; what else is reached, row-level security says. */
function grant(rule: AccessRule & { kind: 'granted' }, principal: Principal, parameters: PathParameters): void {
  const { accountId } = parameters;
  if (rule.orSelf !== undefined && principal.type === 'client' && parameters[rule.orSelf] === principal.id) return;
  if (!principal.scopes.includes(rule.scope)) throw DomainError.insufficientScope(rule.scope);
  // Another tenant's account is the same 404 as none, before anything is said about levels.
  if (accountId !== undefined && principal.level !== 'platform' && accountId !== principal.accountId) {
    throw DomainError.notFound();
  }
  if (!isAtLeast(principal.level, rule.level)) {
    throw DomainError.forbidden('This credential does not have access to this resource');
  }
}
