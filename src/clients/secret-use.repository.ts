import { type EntityManager } from 'typeorm';

/** What a secret was used for since it was written down last. */
export interface SecretUse {
  /** Epoch milliseconds. */
  firstUsedAt: number;
  lastUsedAt: number;
  /** The address of the last use. */
  from: string;
  count: number;
}

/** The table of how secrets were used. */
export class SecretUseRepository {
  constructor(private readonly manager: EntityManager) {}

  /**
   * Adds uses to what is known, in one statement. In the order of their ids, so that two processes that write at the same
   * moment lock alike; a secret that is forgotten already is left out.
   */
  async add(uses: ReadonlyMap<string, SecretUse>): Promise<void> {
    const entries = [...uses.values()];
    await this.manager.query(
      `insert into client_secret_uses as known
         (secret_id, account_id, workspace_id, first_used_at, last_used_at, last_used_from, use_count)
       select secret.id, secret.account_id, secret.workspace_id, to_timestamp(used.first / 1000), to_timestamp(used.last / 1000),
              used.address, used.count
       from unnest($1::text[], $2::float8[], $3::float8[], $4::text[], $5::bigint[]) as used (id, first, last, address, count)
       join client_secrets secret on secret.id = used.id
       order by secret.id
       on conflict (secret_id) do update set
         first_used_at = least(known.first_used_at, excluded.first_used_at),
         last_used_at = greatest(known.last_used_at, excluded.last_used_at),
         last_used_from = case when excluded.last_used_at >= known.last_used_at then excluded.last_used_from
                          else known.last_used_from end,
         use_count = known.use_count + excluded.use_count`,
      [
        [...uses.keys()],
        entries.map(({ firstUsedAt }) => firstUsedAt),
        entries.map(({ lastUsedAt }) => lastUsedAt),
        entries.map(({ from }) => from),
        entries.map(({ count }) => count),
      ],
    );
  }
}
