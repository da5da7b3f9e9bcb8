import { type EntityManager, In, IsNull } from 'typeorm';
import { ClientSecret } from './client-secret.entity.js';

/** How a secret was ended by hand. */
export interface SecretEnd {
  readonly at: Date;
  /** The principal's id. */
  readonly by: string;
  readonly reason: 'rotated' | 'compromised' | 'completed' | 'cancelled' | 'deleted';
}

/** A live secret with its use, as a list shows it. */
export interface UsedSecret {
  readonly id: string;
  readonly last4: string;
  readonly createdAt: Date;
  readonly expiresAt: Date | null;
  readonly firstUsedAt: Date | null;
  readonly lastUsedAt: Date | null;
  readonly lastUsedFrom: string | null;
  /** PostgreSQL's bigint comes as text. */
  readonly useCount: string;
}

/** The table of client secrets. The newest secret is the one with the greatest id. */
export class ClientSecretRepository {
  constructor(private readonly manager: EntityManager) {}

  /** Adds a secret. */
  async insert(secret: ClientSecret): Promise<void> {
    await this.manager.insert(ClientSecret, secret);
  }

  /** A client's secrets that have neither ended nor expired, oldest first. */
  async live(clientId: string, now: Date): Promise<ClientSecret[]> {
    const secrets = await this.manager.find(ClientSecret, {
      where: { clientId, endedAt: IsNull() },
      order: { id: 'ASC' },
    });
    return secrets.filter(({ expiresAt }) => expiresAt === null || expiresAt > now);
  }

  /** The id of the newest secret that a client ever had, or null. */
  async newestId(clientId: string): Promise<string | null> {
    const [newest] = await this.manager.find(ClientSecret, {
      select: { id: true },
      where: { clientId },
      order: { id: 'DESC' },
      take: 1,
    });
    return newest?.id ?? null;
  }

  /** The newest secret of each client that nobody has ended. */
  newestOf(clientIds: readonly string[]): Promise<{ clientId: string; last4: string }[]> {
    return this.manager.query(
      `select distinct on (client_id) client_id as "clientId", last4 from client_secrets
       where client_id = any($1) and ended_at is null order by client_id, id desc`,
      [clientIds],
    );
  }

  /** A client's live secrets with their use, newest first. */
  withUses(clientId: string, now: Date): Promise<UsedSecret[]> {
    return this.manager.query(
      `select secret.id, secret.last4, secret.created_at as "createdAt", secret.expires_at as "expiresAt",
              used.first_used_at as "firstUsedAt", used.last_used_at as "lastUsedAt",
              used.last_used_from as "lastUsedFrom", coalesce(used.use_count, 0) as "useCount"
       from client_secrets secret left join client_secret_uses used on used.secret_id = secret.id
       where secret.client_id = $1 and secret.ended_at is null and (secret.expires_at is null or secret.expires_at > $2)
       order by secret.id desc`,
      [clientId, now],
    );
  }

  /** Ends secrets at once. */
  async end(ids: readonly string[], { at, by, reason }: SecretEnd): Promise<void> {
    await this.manager.update(
      ClientSecret,
      { id: In([...ids]), endedAt: IsNull() },
      { endedAt: at, endedBy: by, endedReason: reason },
    );
  }

  /**
   * Lets secrets end by themselves, each no later than before.
   * @param newest the one among them that remembers the end that it had
   */
  async retire(ids: readonly string[], newest: string, expiresAt: Date): Promise<void> {
    await this.manager.query(
      `update client_secrets
       set expires_at_before = case when id = $2 then expires_at else expires_at_before end,
           expires_at = least(expires_at, $3)
       where id = any($1)`,
      [ids, newest, expiresAt],
    );
  }

  /**
   * Gives a secret the end back that it had before the rotation that made its successor.
   * @param successor what is taken back; of a secret that was the newest then, and of no other
   */
  async restore(id: string, { clientId, id: successor }: ClientSecret): Promise<void> {
    await this.manager.query(
      `update client_secrets set expires_at = expires_at_before where id = $1
       and id = (select max(id) from client_secrets where client_id = $2 and id < $3)`,
      [id, clientId, successor],
    );
  }
}
