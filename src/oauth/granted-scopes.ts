import { OAuthError } from '../common/errors/oauth.error.js';
import { type ResourceServerSnapshot } from '../resource-servers/resource-server-set.js';
import { scopesOfRole } from '../resource-servers/scopes-of-role.js';
import { type RoleSnapshot } from '../roles/role.repository.js';

/**
 * The scopes of the token: all that the role has there, or those asked for.
 * @param requested null where the request names none
 * @throws OAuthError `invalid_target` for a role without access; `invalid_scope` for a scope that it does not have
 * @see RFC 6749 §3.3
 */
export function grantedScopes(
  role: RoleSnapshot | null,
  server: ResourceServerSnapshot,
  requested: readonly string[] | null,
): string[] {
  const available = scopesOfRole(role, server);
  if (!available) throw OAuthError.invalidTarget('The audience is not available', 'the role has no access to it');
  if (!requested || requested.length === 0) return available;
  const allowed = new Set(available);
  if (!requested.every((scope) => allowed.has(scope))) {
    throw OAuthError.invalidScope('The scope is more than the client has');
  }
  return [...requested];
}
