import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { type Principal } from './principal.js';

/** The principal that the guard put on the request. */
export const CurrentPrincipal = createParamDecorator((_: unknown, context: ExecutionContext): Principal => {
  const { user } = context.switchToHttp().getRequest<{ user?: Principal }>();
  if (!user) throw new Error('The route has no principal: it is public');
  return user;
});

/** The same for a route that may be called without one: then null. */
export const MaybePrincipal = createParamDecorator((_: unknown, context: ExecutionContext): Principal | null => {
  return context.switchToHttp().getRequest<{ user?: Principal }>().user ?? null;
});
