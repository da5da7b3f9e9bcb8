import { type EntityManager, MoreThan } from 'typeorm';
import { AuditEvent } from './audit-event.entity.js';

/** The chains of the audit trail, as their proof reads them; for the login that owns the tables. */
export class AuditChainRepository {
  constructor(private readonly manager: EntityManager) {}

  /** Runs the work on one snapshot of the database, so that rows that are written meanwhile are no matter. */
  inSnapshot<T>(work: (chains: AuditChainRepository) => Promise<T>): Promise<T> {
    return this.manager.transaction('REPEATABLE READ', (manager) => work(new AuditChainRepository(manager)));
  }

  /** The next chain by name that has a head or a row, or null. */
  async next(after: string): Promise<string | null> {
    const [row] = await this.manager.query<[{ chain: string | null }]>(
      `select least((select min(chain) from audit_heads where chain > $1),
                    (select min(chain) from audit_events where chain > $1)) as chain`,
      [after],
    );
    return row.chain;
  }

  /** The number that the last row of a chain was given; 0 for a chain without a head. */
  async head(chain: string): Promise<bigint> {
    const rows = await this.manager.query<{ number: string }[]>('select number from audit_heads where chain = $1', [
      chain,
    ]);
    return BigInt(rows[0]?.number ?? 0);
  }

  /** How many rows a chain has. */
  count(chain: string): Promise<number> {
    return this.manager.countBy(AuditEvent, { chain });
  }

  /** The rows of a chain behind a number, in their order; null from the first on. */
  read(chain: string, after: bigint | null, limit: number): Promise<AuditEvent[]> {
    return this.manager.find(AuditEvent, {
      where: { chain, ...(after !== null && { number: MoreThan(String(after)) }) },
      order: { number: 'ASC' },
      take: limit,
    });
  }
}
