import { type ResourceServer } from './resource-server.entity.js';

/** What hangs on a resource server in tables of its own. */
export interface ServerGrants {
  /** Role to scopes, by role. */
  roleScopes: Record<string, readonly string[]>;
  /** The clients that are this API, sorted; those that the reader reaches. */
  clientIds: readonly string[];
}

/** A resource server with all that hangs on it. */
export type RegisteredServer = ResourceServer & ServerGrants;

/** In one order, so that two equal maps are equal as texts. */
export function sortedRoleScopes(entries: Iterable<readonly [string, readonly string[]]>): ServerGrants['roleScopes'] {
  return Object.fromEntries([...entries].sort(([one], [other]) => (one < other ? -1 : 1)));
}
