import { type EntityManager } from 'typeorm';

interface RequestKey {
  readonly principalId: string;
  readonly endpoint: string;
  readonly key: string;
}

interface KnownRequest {
  requestHash: Buffer;
  object: object;
}

/** The requests that may be repeated, for as long as they are remembered. */
export class IdempotencyRepository {
  constructor(private readonly manager: EntityManager) {}

  /** Whether no other transaction is at this key now; held until the commit. */
  async tryLock({ principalId, endpoint, key }: RequestKey): Promise<boolean> {
    const [row] = await this.manager.query<[{ got: boolean }]>(
      `select pg_try_advisory_xact_lock(hashtextextended($1, 0)) as got`,
      [JSON.stringify([principalId, endpoint, key])],
    );
    return row.got;
  }

  /** What the key stands for, or null; one that has expired is removed. */
  async find({ principalId, endpoint, key }: RequestKey, now: Date): Promise<KnownRequest | null> {
    const values = [principalId, endpoint, key, now];
    await this.manager.query(
      'delete from idempotency_keys where principal_id = $1 and endpoint = $2 and key = $3 and expires_at <= $4',
      values,
    );
    const [row] = await this.manager.query<KnownRequest[]>(
      `select request_hash as "requestHash", object from idempotency_keys
       where principal_id = $1 and endpoint = $2 and key = $3`,
      values.slice(0, 3),
    );
    return row ?? null;
  }

  /** Remembers a request and what it made. */
  async insert(
    request: RequestKey & {
      accountId: string | null;
      workspaceId: string | null;
      requestHash: Buffer;
      object: object;
      expiresAt: Date;
    },
  ): Promise<void> {
    const { principalId, endpoint, key, accountId, workspaceId, requestHash, object, expiresAt } = request;
    await this.manager.query(
      `insert into idempotency_keys
         (principal_id, endpoint, key, account_id, workspace_id, request_hash, object, expires_at)
       values ($1, $2, $3, $4, $5, $6, $7, $8)`,
      [principalId, endpoint, key, accountId, workspaceId, requestHash, JSON.stringify(object), expiresAt],
    );
  }

  /** Removes a bounded batch of what has expired. @returns how many */
  async removeExpired(now: Date, limit: number): Promise<number> {
    const [, count] = await this.manager.query<[unknown, number]>(
      `delete from idempotency_keys where (principal_id, endpoint, key) in
         (select principal_id, endpoint, key from idempotency_keys where expires_at < $1 order by expires_at
          limit $2 for update skip locked)`,
      [now, limit],
    );
    return count;
  }
}
