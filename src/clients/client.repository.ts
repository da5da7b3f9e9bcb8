import { type EntityManager, IsNull } from 'typeorm';
import { ClientAudience } from './client-audience.entity.js';
import { ClientSecret } from './client-secret.entity.js';
import { type ClientRow } from './client-snapshot.js';
import { Client } from './client.entity.js';

/** The tables of clients, their audiences and their secrets. */
export class ClientRepository {
  constructor(private readonly manager: EntityManager) {}

  /** Adds a client with its audiences, the first of which is the default where `defaultAudience` names it. */
  async insert(client: Client, audiences: readonly ClientAudience[]): Promise<void> {
    await this.manager.insert(Client, client);
    if (audiences.length > 0) await this.manager.insert(ClientAudience, [...audiences]);
  }

  /** One client, or null; another tenant's is null too. */
  find(id: string): Promise<Client | null> {
    return this.manager.findOneBy(Client, { id });
  }

  /** The same, locked until the end of the transaction. */
  lock(id: string): Promise<Client | null> {
    return this.manager.findOne(Client, { where: { id }, lock: { mode: 'pessimistic_write' } });
  }

  /** A workspace's clients, newest first. */
  listOfWorkspace(workspaceId: string, limit: number): Promise<Client[]> {
    return this.manager.find(Client, { where: { workspaceId }, order: { id: 'DESC' }, take: limit });
  }

  /** Ends a client for good. */
  async end(id: string, ended: { at: Date; by: string; reason: string }): Promise<void> {
    await this.manager.update(
      Client,
      { id, endedAt: IsNull() },
      {
        endedAt: ended.at,
        endedBy: ended.by,
        endedReason: ended.reason,
        updatedAt: ended.at,
        version: () => 'version + 1',
      },
    );
  }

  /** The audiences of several clients, each client's in its order. */
  audiencesOf(clientIds: readonly string[]): Promise<{ clientId: string; identifier: string; isDefault: boolean }[]> {
    return this.manager.query(
      `select audience.client_id as "clientId", server.identifier, audience.is_default as "isDefault"
       from client_audiences audience join resource_servers server on server.id = audience.resource_server_id
       where audience.client_id = any($1) order by audience.client_id, audience.position`,
      [clientIds],
    );
  }

  /** Adds a secret. */
  async insertSecret(secret: ClientSecret): Promise<void> {
    await this.manager.insert(ClientSecret, secret);
  }

  /** A client's secrets that have neither ended nor expired, oldest first. */
  async liveSecrets(clientId: string, now: Date): Promise<ClientSecret[]> {
    const secrets = await this.manager.find(ClientSecret, {
      where: { clientId, endedAt: IsNull() },
      order: { id: 'ASC' },
    });
    return secrets.filter(({ expiresAt }) => expiresAt === null || expiresAt > now);
  }

  /** The newest secret of each client. */
  newestSecrets(clientIds: readonly string[]): Promise<{ clientId: string; last4: string }[]> {
    return this.manager.query(
      `select distinct on (client_id) client_id as "clientId", last4 from client_secrets
       where client_id = any($1) order by client_id, id desc`,
      [clientIds],
    );
  }

  /** Ends a secret. */
  async endSecret(id: string, ended: { at: Date; by: string; reason: string }): Promise<void> {
    await this.manager.update(
      ClientSecret,
      { id, endedAt: IsNull() },
      { endedAt: ended.at, endedBy: ended.by, endedReason: ended.reason },
    );
  }

  /** Clients by id with the states of their tenants, and the ledger's head, in one statement: one row at least. */
  read(ids: readonly string[], now: Date): Promise<ClientRow[]> {
    return this.manager.query(
      `select head.position as head, client.id, client.level, client.account_id, client.workspace_id, client.role,
              client.expires_at, client.ended_at, account.status as account_status,
              account.ended_at as account_ended_at, workspace.ended_at as workspace_ended_at,
              (select coalesce(json_agg(json_build_object('id', resource_server_id, 'isDefault', is_default)
                 order by position), '[]')
               from client_audiences where client_id = client.id) as audiences,
              (select coalesce(json_agg(json_build_object('id', id, 'pepperId', pepper_id,
                 'hash', encode(hash, 'base64'), 'expiresAtMs', extract(epoch from expires_at) * 1000) order by id), '[]')
               from client_secrets where client_id = client.id and ended_at is null
               and (expires_at is null or expires_at > $2)) as secrets
       from ledger_head head
       left join clients client on client.id = any($1)
       left join accounts account on account.id = client.account_id
       left join workspaces workspace on workspace.id = client.workspace_id`,
      [ids, now],
    );
  }
}
