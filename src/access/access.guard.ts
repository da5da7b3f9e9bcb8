import { type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { AuthGuard } from '@nestjs/passport';
import { type FastifyRequest } from 'fastify';
import { ACCESS, type AccessRule } from '../common/access/access.decorator.js';
import { type Principal } from '../common/access/principal.js';
import { DomainError } from '../common/errors/domain.error.js';
import { isAtLeast } from '../common/oauth/vocabulary.js';
import { OnBehalfOf } from './on-behalf-of.js';
import { requireOneBearer, showsCredential } from './presented-credential.js';

/** The global guard: authenticates, then asks the route's rule. A route without a rule is refused. */
@Injectable()
export class AccessGuard extends AuthGuard('bearer') {
  constructor(
    private readonly reflector: Reflector,
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
    const request = context.switchToHttp().getRequest<FastifyRequest & { user?: Principal }>();
    if (rule.kind === 'optional' && !showsCredential(request)) return true;
    requireOneBearer(request);
    await super.canActivate(context);
    const principal = this.attribute(request);
    const parameters = request.params as PathParameters;
    if (rule.kind === 'granted') grant(rule, principal, parameters);
    // No id holds NUL, and PostgreSQL cannot even be asked.
    if (Object.values(parameters).some((value) => value?.includes('\0'))) throw DomainError.notFound();
    request.user = await this.onBehalfOf.resolve(request, principal);
    return true;
  }

  /** Puts where the request came from on the principal, for the audit trail. */
  private attribute(request: FastifyRequest & { user?: Principal }): Principal {
    const { user, id: requestId, ip: address } = request;
    if (!user) throw DomainError.unauthenticated('invalid_token', 'no principal');
    return (request.user = { ...user, origin: { requestId, address } });
  }

  /** Passport's answer as it is: the framework's own would have no challenge. */
  override handleRequest<T>(error: unknown, user: T | false): T {
    if (error) throw error as Error;
    if (user === false) throw DomainError.unauthenticated('invalid_token', 'refused by the strategy');
    return user;
  }
}

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
