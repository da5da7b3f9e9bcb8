import { type Principal } from '../common/access/principal.js';
import { DomainError } from '../common/errors/domain.error.js';
import { type Level } from '../common/oauth/vocabulary.js';
import { type Tx } from '../database/tx.js';
import { scopesOfRole } from '../resource-servers/scopes-of-role.js';
import { requireMayGive } from '../roles/may-give.js';
import { type Role } from '../roles/role.entity.js';
import { RoleRepository } from '../roles/role.repository.js';
import { type Audience, AudienceRepository } from './audience.repository.js';

const malformed = (path: string, message: string): DomainError =>
  DomainError.invalid('The request is malformed', [{ path, message }]);

/**
 * The role that a client of this level is to have.
 * @throws DomainError `forbidden` for a role that the principal may not give; `invalid` for one that does not exist or is
 *   of another level than the client
 */
export async function assignableRole(tx: Tx, principal: Principal, level: Level, name: string): Promise<Role> {
  const role = await tx.repository(RoleRepository).find(name);
  if (!role) throw malformed('role', 'is no role');
  requireMayGive(principal, role);
  if (role.level !== level) throw malformed('role', `must be a role of level ${level}`);
  return role;
}

/**
 * The resource servers that a client with this role is to have tokens for, in order.
 * @param identifiers as they were given, byte for byte
 * @throws DomainError `invalid` for one that is not registered, or where the role has no access
 */
export async function grantedAudiences(tx: Tx, role: Role, identifiers: readonly string[]): Promise<Audience[]> {
  const known = await tx.repository(AudienceRepository).find(identifiers, [role.name]);
  return identifiers.map((identifier, index) => {
    const audience = known.get(identifier);
    if (!audience) throw malformed(`audiences.${index}`, 'is not registered');
    if (!scopesOfRole(role, audience)) throw malformed(`audiences.${index}`, `gives the role ${role.name} no access`);
    return audience;
  });
}

/**
 * The id of the default among the audiences, or null.
 * @param identifier null for none
 * @throws DomainError `invalid` where it is not among them
 */
export function defaultAmong(audiences: readonly Audience[], identifier: string | null): string | null {
  if (identifier === null) return null;
  const audience = audiences.find((one) => one.identifier === identifier);
  if (!audience) throw malformed('defaultAudience', 'must be one of the audiences');
  return audience.id;
}

/** Whether another role takes scopes, or all access, away at one of these audiences. */
export async function losesScopes(tx: Tx, from: string, to: Role, identifiers: readonly string[]): Promise<boolean> {
  const before = await tx.repository(RoleRepository).find(from);
  const audiences = await tx.repository(AudienceRepository).find(identifiers, [from, to.name]);
  return [...audiences.values()].some((audience) => {
    const had = scopesOfRole(before, audience);
    const has = scopesOfRole(to, audience);
    if (had === null || has === null) return had !== null;
    const left = new Set(has);
    return had.some((scope) => !left.has(scope));
  });
}
