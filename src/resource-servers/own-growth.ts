import { type Principal } from '../common/access/principal.js';
import { type RegisteredServer } from './registered-server.js';
import { scopesOfRole } from './scopes-of-role.js';

/** As much of a resource server as says what its clients may do. */
export type Grants = Pick<RegisteredServer, 'scopes' | 'roleScopes' | 'clientIds' | 'management'>;

/** Taken before a change, since that is made on the object itself. */
export function grantsOf({ scopes, roleScopes, clientIds, management }: RegisteredServer): Grants {
  return { scopes, roleScopes, clientIds, management };
}

/** Whether a change gives the principal's own role more at this API, or makes the principal one of the API's own clients. */
export function growsOwnPower({ id, role }: Principal, before: Grants, after: Grants): boolean {
  const had = scopesAt(role, before);
  const has = scopesAt(role, after);
  const joins = after.clientIds.includes(id) && !before.clientIds.includes(id);
  return joins || (has !== null && (had === null || has.some((scope) => !had.includes(scope))));
}

function scopesAt(name: string, { scopes, roleScopes, management }: Grants): string[] | null {
  const byRole = new Map(Object.entries(roleScopes).map(([role, given]) => [role, [...given]] as const));
  return management ? [] : scopesOfRole({ name, scopes: [] }, { management, scopes: [...scopes], roleScopes: byRole });
}
