import { type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { AuthGuard } from '@nestjs/passport';
import { type FastifyRequest } from 'fastify';
import { ACCESS, type AccessRule } from '../common/access/access.decorator.js';
import { type Principal } from '../common/access/principal.js';
import { DomainError } from '../common/errors/domain.error.js';
import { type Level, LEVELS } from '../common/oauth/vocabulary.js';
import { requireOneBearer } from './presented-credential.js';

/** The global guard: authenticates, then asks the route's rule. A route without a rule is refused. */
@Injectable()
export class AccessGuard extends AuthGuard('bearer') {
  constructor(private readonly reflector: Reflector) {
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
    requireOneBearer(request);
    await super.canActivate(context);
    if (rule.kind === 'granted') grant(rule, request.user);
    return true;
  }

  /** Passport's answer as it is: the framework's own would have no challenge. */
  override handleRequest<T>(error: unknown, user: T | false): T {
    if (error) throw error as Error;
    if (user === false) throw DomainError.unauthenticated('invalid_token', 'refused by the strategy');
    return user;
  }
}

/** First scope, then level; which objects are reached is the business of whoever reads them. */
function grant(rule: AccessRule & { kind: 'granted' }, principal: Principal | undefined): void {
  if (!principal?.scopes.includes(rule.scope)) throw DomainError.insufficientScope(rule.scope);
  if (!isAtLeast(principal.level, rule.level)) {
    throw DomainError.forbidden('This credential does not have access to this resource');
  }
}

function isAtLeast(level: Level, required: Level): boolean {
  return LEVELS.indexOf(level) <= LEVELS.indexOf(required);
}
