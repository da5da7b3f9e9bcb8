import { type EntityManager, IsNull, LessThan } from 'typeorm';
import { type SigningAlg, type TokenTyp } from '../common/oauth/vocabulary.js';
import { groupedBy } from '../database/grouped.js';
import { type Page } from '../database/page.js';
import { type RegisteredServer, type ServerGrants, sortedRoleScopes } from './registered-server.js';
import { ResourceServer } from './resource-server.entity.js';
import { ResourceServerSet, type ResourceServerSnapshot } from './resource-server-set.js';
import { RoleScopes } from './role-scopes.entity.js';

interface ResourceServerRow {
  head: string;
  id: string | null;
  identifier: string;
  scopes: string[];
  token_ttl_seconds: number | null;
  signing_alg: SigningAlg;
  next_signing_alg: SigningAlg | null;
  next_signing_alg_from: Date | null;
  token_typ: TokenTyp;
  management: boolean;
  role_scopes: Record<string, string[]>;
}

/** The tables of resource servers, of what roles may do there, and of the clients that they are. */
export class ResourceServerRepository {
  constructor(private readonly manager: EntityManager) {}

  /** Adds a resource server; an identifier that is taken violates `resource_servers_identifier`. */
  async insert(server: RegisteredServer): Promise<void> {
    await this.manager.insert(ResourceServer, server);
    await this.insertRoleScopes(server);
    await this.insertClients(server);
  }

  /** Writes a resource server that was locked, and of its grants those that are named. */
  async save(server: RegisteredServer, changed: { [K in keyof ServerGrants]: boolean }): Promise<void> {
    const { id, name, scopes, tokenTtlSeconds, tokenFormat, tokenTyp, updatedAt, version } = server;
    const { signingAlg, nextSigningAlg, nextSigningAlgFrom } = server;
    const algorithms = { signingAlg, nextSigningAlg, nextSigningAlgFrom };
    const values = { name, scopes, tokenTtlSeconds, tokenFormat, tokenTyp, ...algorithms, updatedAt, version };
    await this.manager.update(ResourceServer, { id }, values);
    if (changed.roleScopes) {
      await this.manager.delete(RoleScopes, { resourceServerId: id });
      await this.insertRoleScopes(server);
    }
    if (changed.clientIds) {
      await this.deleteClients(id);
      await this.insertClients(server);
    }
  }

  /** Ends a resource server. What it gave goes with it, so that it keeps no role alive. */
  async end(id: string, ended: { at: Date; by: string; reason: string }): Promise<void> {
    const { at, by, reason } = ended;
    await this.manager.update(
      ResourceServer,
      { id },
      { endedAt: at, endedBy: by, endedReason: reason, updatedAt: at, version: () => 'version + 1' },
    );
    await this.manager.delete(RoleScopes, { resourceServerId: id });
    await this.deleteClients(id);
  }

  /** Whether a client that may still work has it among its audiences; one that ended, itself or with its workspace, has not. */
  async isInUse(id: string): Promise<boolean> {
    const [row] = await this.manager.query<[{ used: boolean }]>(
      `select exists (select from client_audiences audience
         join clients client on client.id = audience.client_id and client.ended_at is null
         left join workspaces workspace on workspace.id = client.workspace_id
         where audience.resource_server_id = $1 and workspace.ended_at is null) as used`,
      [id],
    );
    return row.used;
  }

  /** Which of these are no clients. */
  async missingClients(ids: readonly string[]): Promise<string[]> {
    const found = await this.manager.query<{ id: string }[]>('select id from clients where id = any($1)', [ids]);
    const known = new Set(found.map(({ id }) => id));
    return ids.filter((id) => !known.has(id));
  }

  /** The management API's resource server, or null in an empty database. */
  findManagement(): Promise<ResourceServer | null> {
    return this.manager.findOneBy(ResourceServer, { management: true });
  }

  /** A living resource server by its identifier, or null. */
  findByIdentifier(identifier: string): Promise<ResourceServer | null> {
    return this.manager.findOneBy(ResourceServer, { identifier, endedAt: IsNull() });
  }

  /** A living resource server, or null. */
  async find(id: string): Promise<RegisteredServer | null> {
    const found = await this.manager.findOneBy(ResourceServer, { id, endedAt: IsNull() });
    return found && this.withGrants(found);
  }

  /**
   * The same, locked until the end of the transaction.
   * @param against `changes`, or also `use`: then nobody begins to use it meanwhile
   */
  async lock(id: string, against: 'changes' | 'use'): Promise<RegisteredServer | null> {
    const mode = against === 'use' ? 'pessimistic_write' : 'for_no_key_update';
    const found = await this.manager.findOne(ResourceServer, { where: { id, endedAt: IsNull() }, lock: { mode } });
    return found && this.withGrants(found);
  }

  /** The living ones, newest first. */
  async list({ after, limit }: Page): Promise<RegisteredServer[]> {
    const where = { endedAt: IsNull(), ...(after !== null && { id: LessThan(after) }) };
    const servers = await this.manager.find(ResourceServer, { where, order: { id: 'DESC' }, take: limit });
    const grants = await this.grantsOf(servers.map(({ id }) => id));
    return servers.map((server) => Object.assign(server, grants(server.id)));
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
      `select head.position as head, server.id, server.identifier, server.scopes, server.token_ttl_seconds,
              server.signing_alg, server.next_signing_alg, server.next_signing_alg_from, server.token_typ,
              server.management,
              (select coalesce(json_object_agg(role, scopes), '{}') from resource_server_role_scopes
               where resource_server_id = server.id) as role_scopes
       from ledger_head head left join resource_servers server on server.ended_at is null`,
    );
    const servers = rows.flatMap((row) => (row.id === null ? [] : [snapshot(row.id, row)]));
    return { head: Number(rows[0]?.head), value: new ResourceServerSet(servers) };
  }

  private async withGrants(server: ResourceServer): Promise<RegisteredServer> {
    const grants = await this.grantsOf([server.id]);
    return Object.assign(server, grants(server.id));
  }

  private async grantsOf(ids: string[]): Promise<(id: string) => ServerGrants> {
    const grants = await this.manager.query<{ id: string; role: string; scopes: string[] }[]>(
      `select resource_server_id as id, role, scopes from resource_server_role_scopes where resource_server_id = any($1)`,
      [ids],
    );
    const clients = await this.manager.query<{ id: string; clientId: string }[]>(
      `select resource_server_id as id, client_id as "clientId" from resource_server_clients
       where resource_server_id = any($1) order by client_id`,
      [ids],
    );
    const grantsById = groupedBy(grants, ({ id }) => id);
    const clientsById = groupedBy(clients, ({ id }) => id);
    return (id) => ({
      roleScopes: sortedRoleScopes((grantsById.get(id) ?? []).map(({ role, scopes }) => [role, scopes] as const)),
      clientIds: (clientsById.get(id) ?? []).map(({ clientId }) => clientId),
    });
  }

  private async insertRoleScopes({ id, roleScopes }: RegisteredServer): Promise<void> {
    const rows = Object.entries(roleScopes).map(([role, scopes]) => ({
      resourceServerId: id,
      role,
      scopes: [...scopes],
    }));
    if (rows.length > 0) await this.manager.insert(RoleScopes, rows);
  }

  private async insertClients({ id, clientIds }: RegisteredServer): Promise<void> {
    await this.manager.query(
      'insert into resource_server_clients (resource_server_id, client_id) select $1, unnest($2::text[])',
      [id, clientIds],
    );
  }

  private async deleteClients(id: string): Promise<void> {
    await this.manager.query('delete from resource_server_clients where resource_server_id = $1', [id]);
  }
}

function snapshot(id: string, row: ResourceServerRow): ResourceServerSnapshot {
  return Object.freeze({
    id,
    identifier: row.identifier,
    scopes: row.scopes,
    tokenTtlSeconds: row.token_ttl_seconds,
    signingAlg: row.signing_alg,
    nextSigningAlg: row.next_signing_alg,
    nextSigningAlgFrom: row.next_signing_alg_from,
    tokenTyp: row.token_typ,
    management: row.management,
    roleScopes: new Map(Object.entries(row.role_scopes)),
  });
}
