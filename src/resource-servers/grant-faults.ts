import { type ErrorDetail } from '../common/errors/domain.error.js';
import { type RegisteredServer } from './registered-server.js';

/** What roles and clients of those that a resource server names do not exist. */
export interface Unknown {
  readonly roles: readonly string[];
  readonly clients: readonly string[];
}

/** What is wrong with what a resource server gives, and where. */
export function grantFaults(
  { scopes, roleScopes, clientIds }: Pick<RegisteredServer, 'scopes' | 'roleScopes' | 'clientIds'>,
  unknown: Unknown,
): ErrorDetail[] {
  const faults: ErrorDetail[] = [];
  const known = new Set(scopes);
  const unknownRoles = new Set(unknown.roles);
  const unknownClients = new Set(unknown.clients);
  for (const [role, granted] of Object.entries(roleScopes)) {
    if (unknownRoles.has(role)) faults.push({ path: `roleScopes.${role}`, message: 'There is no such role' });
    for (const [index, scope] of granted.entries()) {
      if (!known.has(scope)) faults.push({ path: `roleScopes.${role}.${index}`, message: 'is none of scopes' });
    }
  }
  for (const [index, id] of clientIds.entries()) {
    if (unknownClients.has(id)) faults.push({ path: `clientIds.${index}`, message: 'There is no such client' });
  }
  return faults;
}
