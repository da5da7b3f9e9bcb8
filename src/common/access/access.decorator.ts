import { SetMetadata } from '@nestjs/common';
import { type ManagementScope } from '../oauth/scope.js';
import { type Level } from '../oauth/vocabulary.js';

/** Who may call a route: everybody, any principal, or a principal of a level that has a scope. */
export type AccessRule =
  | { readonly kind: 'public' }
  | { readonly kind: 'authenticated' }
  | { readonly kind: 'granted'; readonly level: Level; readonly scope: ManagementScope };

/** Metadata key of a route's rule; a route without one is refused. */
export const ACCESS = 'claviger:access';

/** The route authenticates nobody, or by itself (the OAuth endpoints). */
export const Public = (): MethodDecorator & ClassDecorator =>
  SetMetadata(ACCESS, { kind: 'public' } satisfies AccessRule);

/** Any principal may call the route. */
export const Authenticated = (): MethodDecorator & ClassDecorator =>
  SetMetadata(ACCESS, { kind: 'authenticated' } satisfies AccessRule);

/** The route is for principals of this level and above that have the scope. */
export const Access = (level: Level, scope: ManagementScope): MethodDecorator & ClassDecorator =>
  SetMetadata(ACCESS, { kind: 'granted', level, scope } satisfies AccessRule);
