import { type EntityManager } from 'typeorm';

/** A resource server as a client's audience: what the roles in question may do there. */
export interface Audience {
  readonly id: string;
  readonly identifier: string;
  readonly management: boolean;
  /** Those that it knows. */
  readonly scopes: readonly string[];
  readonly roleScopes: ReadonlyMap<string, readonly string[]>;
}

interface AudienceRow {
  id: string;
  identifier: string;
  management: boolean;
  scopes: string[];
  roleScopes: Record<string, string[]>;
}

/** Reads the resource servers that clients name. */
export class AudienceRepository {
  constructor(private readonly manager: EntityManager) {}

  /** Those of these identifiers that are registered, with the scopes of these roles, by identifier. */
  async find(identifiers: readonly string[], roles: readonly string[]): Promise<ReadonlyMap<string, Audience>> {
    const rows = await this.manager.query<AudienceRow[]>(
      `select server.id, server.identifier, server.management, server.scopes,
              (select coalesce(json_object_agg(role, scopes), '{}') from resource_server_role_scopes
               where resource_server_id = server.id and role = any($2)) as "roleScopes"
       from resource_servers server where server.identifier = any($1) and server.ended_at is null`,
      [identifiers, roles],
    );
    return new Map(
      rows.map((row) => [row.identifier, { ...row, roleScopes: new Map(Object.entries(row.roleScopes)) }] as const),
    );
  }
}
