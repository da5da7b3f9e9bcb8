import { type EntityManager } from 'typeorm';
import { type CutSubjectKind } from './subject.js';

/** How long the tokens of a process may live, and for how long it mints while it is cut off: seconds. */
export interface ConfiguredLives {
  readonly accessToken: number;
  readonly loginToken: number;
  readonly staleGrace: number;
}

/** The tables behind the ledger. */
export class LedgerRepository {
  constructor(private readonly manager: EntityManager) {}

  /**
   * Takes the next position for a cut and tells every process; the ledger's head stays locked until the commit. How long
   * the entry lives is settled under that lock, in `ledger_cut`.
   */
  async cut(kind: CutSubjectKind, id: string): Promise<void> {
    await this.manager.query('select ledger_cut($1, $2)', [kind, id]);
  }

  /** Locks the ledger's head until the commit: no cut is under way meanwhile. */
  async order(): Promise<void> {
    await this.manager.query('select ledger_order()');
  }

  /**
   * Writes down lives, in seconds, that tokens of a process may have from now on; what was longer before stays. As the
   * owner, before the process mints its first.
   */
  async raiseLives({ accessToken, loginToken, staleGrace }: ConfiguredLives): Promise<void> {
    await this.manager.query(
      `with head as (select from ledger_head where one = 1 for no key update)
       insert into longest_lives as known (what, seconds) select given.what, given.seconds
       from head cross join (values ('access_token', $1::integer), ('login_token', $2), ('stale_grace', $3)) given (what, seconds)
       on conflict (what) do update set seconds = excluded.seconds where known.seconds < excluded.seconds`,
      [accessToken, loginToken, staleGrace],
    );
  }

  /**
   * Takes the next position for a single token, unless its owner has too many that are revoked and still alive.
   * @returns when the first of those expires; null if the token is revoked
   */
  async revoke(jti: string, owner: string, expiresAt: Date, now: Date, most: number): Promise<Date | null> {
    const [row] = await this.manager.query<[{ until: Date | null }]>(
      'select ledger_revoke($1, $2, $3, $4, $5) as until',
      [jti, owner, expiresAt, now, most],
    );
    return row.until;
  }

  /**
   * Removes entries whose last token has expired, a bounded batch of them.
   * @returns how many went
   */
  async removeExpired(now: Date, limit: number): Promise<number> {
    const [, count] = await this.manager.query<[unknown, number]>(
      `delete from ledger_entries where (kind, subject) in
         (select kind, subject from ledger_entries where expires_at < $1 order by expires_at limit $2)`,
      [now, limit],
    );
    return count;
  }
}
