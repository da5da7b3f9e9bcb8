import { type EntityManager } from 'typeorm';

/** The tables behind the ledger. */
export class LedgerRepository {
  constructor(private readonly manager: EntityManager) {}

  /**
   * Takes the next position for an entry and tells every process; the ledger's head stays locked until the commit.
   * @returns the position, milliseconds
   */
  async record(kind: 'cut' | 'jti' | 'kid', subject: string, expiresAt: Date): Promise<number> {
    const [row] = await this.manager.query<[{ position: string }]>('select ledger_record($1, $2, $3) as position', [
      kind,
      subject,
      expiresAt,
    ]);
    return Number(row.position);
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
