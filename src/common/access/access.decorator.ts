import { applyDecorators, SetMetadata } from '@nestjs/common';
import { ApiExtension, ApiHeader, ApiSecurity } from '@nestjs/swagger';
import { type ManagementScope } from '../oauth/scope.js';
import { type Level } from '../oauth/vocabulary.js';

/** Who may call a route: everybody, everybody who shows no bad credential, any principal, or a principal of a level that has a scope. */
export type AccessRule =
  | { readonly kind: 'public' }
  | { readonly kind: 'optional' }
  | {
      readonly kind: 'authenticated';
      /** The answer comes from memory alone, so it comes while PostgreSQL is away, too. */
      readonly fromMemory: boolean;
    }
  | {
      readonly kind: 'granted';
      readonly level: Level;
      readonly scope: ManagementScope;
      /** The path parameter that names a client which may call the route for itself, whatever its scopes. */
      readonly orSelf?: string;
    };

/** Metadata key of a route's rule; a route without one is refused. */
export const ACCESS = 'claviger:access';
/** The rule in the OpenAPI document. */
export const ACCESS_EXTENSION = 'x-access';

/** The security schemes of the OpenAPI document, by name. */
export const SECURITY_SCHEMES = {
  oauth2: 'oauth2',
  bearer: 'bearer',
  apiKey: 'apiKey',
  clientSecret: 'clientSecret',
} as const;

const X_USER_ID = ApiHeader({
  name: 'X-User-Id',
  required: false,
  description:
    'For clients of an account: the person of that account to whom new objects are attributed. It grants nothing.',
  schema: { type: 'string' },
});

/** The rule for the guard, and for the reader of the OpenAPI document. */
function access(rule: AccessRule): MethodDecorator {
  const extension = ApiExtension(ACCESS_EXTENSION, rule);
  if (rule.kind === 'public') return applyDecorators(SetMetadata(ACCESS, rule), extension);
  const { oauth2, bearer, apiKey } = SECURITY_SCHEMES;
  return applyDecorators(
    SetMetadata(ACCESS, rule),
    extension,
    ApiSecurity(oauth2, rule.kind === 'granted' ? [rule.scope] : []),
    ApiSecurity(bearer),
    ApiSecurity(apiKey),
    ...(rule.kind === 'optional' ? [ApiSecurity({})] : []),
    ...(rule.kind === 'granted' && rule.scope !== 'read' ? [X_USER_ID] : []),
  );
}

/** The route authenticates nobody, or by itself (the OAuth endpoints). */
export const Public = (): MethodDecorator => access({ kind: 'public' });

/** Everybody may call the route; a credential, where one is shown, must be good. */
export const MaybeAuthenticated = (): MethodDecorator => access({ kind: 'optional' });

/**
 * Any principal may call the route.
 * @param options.fromMemory the answer comes from memory alone: nothing may be asked of PostgreSQL
 */
export const Authenticated = ({ fromMemory = false } = {}): MethodDecorator =>
  access({ kind: 'authenticated', fromMemory });

/** The route is for principals of this level and above that have the scope. */
export const Access = (level: Level, scope: ManagementScope): MethodDecorator =>
  access({ kind: 'granted', level, scope });

/**
 * The same, or the client itself that the path names: the route's service then asks it to show its secret.
 * @param parameter the path parameter with the client's id
 */
export const AccessOrSelf = (level: Level, scope: ManagementScope, parameter: string): MethodDecorator =>
  access({ kind: 'granted', level, scope, orSelf: parameter });
