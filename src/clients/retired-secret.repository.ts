import { type EntityManager } from 'typeorm';

/** Retired secrets that a client is remembered by, at most. */
const REMEMBERED = 20;
/** How long a retired secret is remembered. */
const REMEMBERED_MS = 90 * 24 * 3600 * 1000;

/** A client, as a refusal is told of it, and the secrets that it had. */
export interface RememberedClient {
  readonly id: string;
  readonly accountId: string | null;
  readonly workspaceId: string | null;
  readonly secrets: readonly RetiredSecret[];
}

/** A secret that works no longer, still recognised. */
export interface RetiredSecret {
  readonly id: string;
  readonly pepperId: string;
  /** Base64. */
  readonly hash: string;
  readonly last4: string;
  /** Whether it was ended by hand; otherwise it ended by itself. */
  readonly ended: boolean;
}

/** The secrets that are remembered after their end, to be recognised; no snapshot holds them. */
export class RetiredSecretRepository {
  constructor(private readonly manager: EntityManager) {}

  /** The clients of these ids that there are, each with its retired secrets, in one statement. */
  find(clientIds: readonly string[], now: Date): Promise<RememberedClient[]> {
    return this.manager.query(
      `select client.id, client.account_id as "accountId", client.workspace_id as "workspaceId",
              (select coalesce(json_agg(json_build_object('id', id, 'pepperId', pepper_id,
                 'hash', encode(hash, 'base64'), 'last4', last4, 'ended', ended_at is not null)), '[]')
               from client_secrets where client_id = client.id and (ended_at is not null or expires_at <= $2)) as secrets
       from clients client where client.id = any($1)`,
      [clientIds, now],
    );
  }

  /**
   * Forgets a bounded batch of secrets that were retired long ago, and of those that a client has too many of.
   * @returns how many went
   */
  async forget(now: Date, limit: number): Promise<number> {
    const forgotten = await this.manager.query<{ id: string }[]>(
      `select id from
         (select id, least(ended_at, expires_at) as at, row_number() over (partition by client_id order by id desc) as place
          from client_secrets where ended_at is not null or expires_at <= $1) retired
       where at < $2 or place > ${REMEMBERED} limit $3`,
      [now, new Date(now.getTime() - REMEMBERED_MS), limit],
    );
    const ids = forgotten.map(({ id }) => id);
    await this.manager.query('delete from client_secret_uses where secret_id = any($1)', [ids]);
    await this.manager.query('delete from client_secrets where id = any($1)', [ids]);
    return ids.length;
  }
}
