import { type EntityManager } from 'typeorm';

/** Cleaning is one replica's work at a time: the lock is tried, and whoever does not get it has nothing to do. */
const CLEANING_LOCK = 0x636c_6177;

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
   * Removes entries whose last token has expired, a bounded batch of them.
   * @returns how many went; 0 too where another replica is at it
   */
  async removeExpired(now: Date, limit: number): Promise<number> {
    return this.manager.transaction(async (manager) => {
      const [lock] = await manager.query<[{ got: boolean }]>('select pg_try_advisory_xact_lock($1) as got', [
        CLEANING_LOCK,
      ]);
      if (!lock.got) return 0;
      const [, count] = await manager.query<[unknown, number]>(
        `delete from ledger_entries where (kind, subject) in
           (select kind, subject from ledger_entries where expires_at < $1 order by expires_at limit $2)`,
        [now, limit],
      );
      return count;
    });
  }
}
