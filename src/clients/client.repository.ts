import { type EntityManager, IsNull, LessThan, type SelectQueryBuilder } from 'typeorm';
import { type Level } from '../common/oauth/vocabulary.js';
import { type Page } from '../database/page.js';
import { ClientAudience } from './client-audience.entity.js';
import { type ClientRow } from './client-snapshot.js';
import { Client } from './client.entity.js';

/** Whose clients a list shows: those of the platform, of an account itself, or of a workspace. */
export interface ClientOwner {
  readonly level: Level;
  readonly accountId?: string;
  readonly workspaceId?: string;
}

/** An audience of a client, as people name it. */
export interface NamedAudience {
  readonly clientId: string;
  readonly identifier: string;
  readonly isDefault: boolean;
}

/** The tables of clients and their audiences. */
export class ClientRepository {
  constructor(private readonly manager: EntityManager) {}

  /** Adds a client without audiences. */
  async insert(client: Client): Promise<void> {
    await this.manager.insert(Client, client);
  }

  /** Gives a client these audiences and no others. */
  async replaceAudiences(clientId: string, audiences: readonly ClientAudience[]): Promise<void> {
    await this.manager.delete(ClientAudience, { clientId });
    if (audiences.length > 0) await this.manager.insert(ClientAudience, [...audiences]);
  }

  /** One client, or null; another tenant's is null too, and one whose workspace was deleted. */
  find(id: string): Promise<Client | null> {
    return this.living(id).getOne();
  }

  /** The same, locked until the end of the transaction. */
  lock(id: string): Promise<Client | null> {
    return this.living(id).setLock('for_no_key_update').getOne();
  }

  /**
   * Whether the transaction's account, in all its workspaces, has made as many clients as it may. Nobody else of it makes
   * one until the commit.
   * @param since the least id that counts
   * @returns the least id of the moment that must no longer count; null where there is room
   */
  async made(since: string, most: number): Promise<string | null> {
    const [row] = await this.manager.query<[{ oldest: string | null }]>('select clients_made($1, $2) as oldest', [
      since,
      most,
    ]);
    return row.oldest;
  }

  /** Newest first. */
  list(owner: ClientOwner, { after, limit }: Page): Promise<Client[]> {
    const where = { ...owner, ...(after !== null && { id: LessThan(after) }) };
    return this.manager.find(Client, { where, order: { id: 'DESC' }, take: limit });
  }

  /** Writes a client that was locked. */
  async save(client: Client): Promise<void> {
    const { id, name, role, updatedAt, version } = client;
    await this.manager.update(Client, { id }, { name, role, updatedAt, version });
  }

  /** Ends a client for good. */
  async end(id: string, ended: { at: Date; by: string; reason: string }): Promise<void> {
    const { at, by, reason } = ended;
    await this.manager.update(
      Client,
      { id, endedAt: IsNull() },
      { endedAt: at, endedBy: by, endedReason: reason, updatedAt: at, version: () => 'version + 1' },
    );
  }

  /** The audiences of several clients, each client's in its order. */
  audiencesOf(clientIds: readonly string[]): Promise<NamedAudience[]> {
    return this.manager.query(
      `select audience.client_id as "clientId", server.identifier, audience.is_default as "isDefault"
       from client_audiences audience join resource_servers server on server.id = audience.resource_server_id
       where audience.client_id = any($1) order by audience.client_id, audience.position`,
      [clientIds],
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

  private living(id: string): SelectQueryBuilder<Client> {
    return this.manager
      .createQueryBuilder(Client, 'client')
      .where('client.id = :id', { id })
      .andWhere(
        `(client.workspace_id is null or
          exists (select 1 from workspaces where id = client.workspace_id and ended_at is null))`,
      );
  }
}
