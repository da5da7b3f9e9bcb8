import { writtenOut } from '../common/oauth/scope.js';
import { type RoleSnapshot } from '../roles/role.repository.js';
import { type ResourceServerSnapshot } from './resource-server-set.js';

/**
 * What a role may do at a resource server, containment written out; null where it has no access. On the management API
 * it is the role's own scopes. Written out is only what the API knows: one with an `admin` of its own need have no `read`.
 */
export function scopesOfRole(
  role: Pick<RoleSnapshot, 'name' | 'scopes'> | null,
  server: Pick<ResourceServerSnapshot, 'management' | 'roleScopes' | 'scopes'>,
): string[] | null {
  if (!role) return null;
  const scopes = server.management ? role.scopes : server.roleScopes.get(role.name);
  if (!scopes) return null;
  const known = new Set(server.scopes);
  return writtenOut(scopes).filter((scope) => known.has(scope));
}
