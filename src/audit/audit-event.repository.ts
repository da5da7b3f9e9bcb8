import { type EntityManager } from 'typeorm';
import { AuditEvent } from './audit-event.entity.js';
import { type AuditKey } from './audit-key.js';

/** A row before it has its place in a chain. */
export type UnchainedEvent = Omit<AuditEvent, 'chain' | 'number' | 'hash'>;

/** The chain of the platform's own events; an account's has the account's id. */
const PLATFORM_CHAIN = 'platform';

/** The audit trail in PostgreSQL. */
export class AuditEventRepository {
  constructor(private readonly manager: EntityManager) {}

  /** Appends a row to its account's chain, whose head stays locked until the commit: so it is the last statement before. */
  async append(event: UnchainedEvent, key: AuditKey): Promise<void> {
    const chain = event.accountId ?? PLATFORM_CHAIN;
    const [next] = await this.manager.query<[{ number: string; previous: Buffer | null }]>(
      'select number, previous from audit_next($1)',
      [chain],
    );
    const chained = Object.assign(new AuditEvent(), { ...event, chain, number: next.number });
    chained.hash = key.hash(chained, next.previous);
    await this.manager.insert(AuditEvent, chained);
  }
}
