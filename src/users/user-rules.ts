import { type Principal } from '../common/access/principal.js';
import { DomainError } from '../common/errors/domain.error.js';
import { writtenOut } from '../common/oauth/scope.js';
import { isAtLeast } from '../common/oauth/vocabulary.js';
import { type RoleSnapshot } from '../roles/role.repository.js';

/** Whether a role administers what it reaches. */
export function isAdmin({ scopes }: RoleSnapshot): boolean {
  return scopes.includes('admin');
}

/** Whether a role administers whole accounts. */
export function isAccountAdmin(role: RoleSnapshot): boolean {
  return isAdmin(role) && role.level !== 'workspace';
}

/** Whether only people may give it: whoever has it administers, or works for the platform. */
export function isForPeopleToGive(role: RoleSnapshot): boolean {
  return isAdmin(role) || role.level === 'platform';
}

/**
 * Nobody changes, ends or makes a setup token for a person of a higher level.
 * @throws DomainError `forbidden`
 */
export function requireMayTouch({ level }: Principal, role: RoleSnapshot): void {
  if (!isAtLeast(level, role.level)) throw DomainError.forbidden('This person is of a higher level');
}

/**
 * The workspace that a person of this role belongs to: one for a role of workspace level, none for the others.
 * @param given what the request says
 * @param present where the person is until now
 * @throws DomainError `invalid`
 */
export function workspaceFor(
  role: RoleSnapshot,
  given: string | null | undefined,
  present: string | null = null,
): string | null {
  const refuse = (message: string): DomainError =>
    DomainError.invalid('The workspace does not fit the role', [{ path: 'workspaceId', message }]);
  if (role.level !== 'workspace') {
    if (given != null) throw refuse(`the role ${role.name} belongs to no workspace`);
    return null;
  }
  const workspaceId = given === undefined ? present : given;
  if (workspaceId === null) throw refuse(`the role ${role.name} needs a workspace`);
  return workspaceId;
}

/** Whether a role lacks a scope or a level that another has: then tokens of the other must end. */
export function isNarrower(role: RoleSnapshot, before: RoleSnapshot): boolean {
  const scopes = writtenOut(role.scopes);
  return role.level !== before.level || writtenOut(before.scopes).some((scope) => !scopes.includes(scope));
}
