import { type EntityManager, IsNull } from 'typeorm';
import { type SigningAlg, type TokenTyp } from '../common/oauth/vocabulary.js';
import { ResourceServer } from './resource-server.entity.js';
import { ResourceServerSet, type ResourceServerSnapshot } from './resource-server-set.js';
import { RoleScopes } from './role-scopes.entity.js';

interface ResourceServerRow {
  head: string;
  id: string | null;
  identifier: string;
  token_ttl_seconds: number | null;
  signing_alg: SigningAlg;
  token_typ: TokenTyp;
  management: boolean;
  role_scopes: Record<string, string[]>;
}

/** The tables of resource servers and of what roles may do there. */
export class ResourceServerRepository {
  constructor(private readonly manager: EntityManager) {}

  /** Adds a resource server; an identifier that is taken violates `resource_servers_identifier`. */
  async insert(server: ResourceServer, roleScopes: ReadonlyMap<string, readonly string[]>): Promise<void> {
    await this.manager.insert(ResourceServer, server);
    const rows = [...roleScopes].map(([role, scopes]) => ({ resourceServerId: server.id, role, scopes: [...scopes] }));
    if (rows.length > 0) await this.manager.insert(RoleScopes, rows);
  }

  /** The management API's resource server, or null in an empty database. */
  findManagement(): Promise<ResourceServer | null> {
    return this.manager.findOneBy(ResourceServer, { management: true });
  }

  /** A living resource server by its identifier, or null. */
  findByIdentifier(identifier: string): Promise<ResourceServer | null> {
    return this.manager.findOneBy(ResourceServer, { identifier, endedAt: IsNull() });
  }

  /** Gives the management API's resource server another identifier. */
  async moveManagement(identifier: string, now: Date): Promise<void> {
    await this.manager.update(
      ResourceServer,
      { management: true },
      { identifier, updatedAt: now, version: () => 'version + 1' },
    );
  }

  /** All living resource servers and the ledger's head, in one statement. */
  async readAll(): Promise<{ head: number; value: ResourceServerSet }> {
    const rows = await this.manager.query<ResourceServerRow[]>(
      `select head.position as head, server.id, server.identifier, server.token_ttl_seconds, server.signing_alg,
              server.token_typ, server.management,
              (select coalesce(json_object_agg(role, scopes), '{}') from resource_server_role_scopes
               where resource_server_id = server.id) as role_scopes
       from ledger_head head left join resource_servers server on server.ended_at is null`,
    );
    const servers = rows.flatMap((row) => (row.id === null ? [] : [snapshot(row.id, row)]));
    return { head: Number(rows[0]?.head), value: new ResourceServerSet(servers) };
  }
}

function snapshot(id: string, row: ResourceServerRow): ResourceServerSnapshot {
  return Object.freeze({
    id,
    identifier: row.identifier,
    tokenTtlSeconds: row.token_ttl_seconds,
    signingAlg: row.signing_alg,
    tokenTyp: row.token_typ,
    management: row.management,
    roleScopes: new Map(Object.entries(row.role_scopes)),
  });
}
