import { And, type EntityManager, LessThan, MoreThanOrEqual } from 'typeorm';
import { type Standing } from '../common/access/principal.js';
import { firstIdOf } from '../common/id.js';
import { type Page } from '../database/page.js';
import { AuditEvent } from './audit-event.entity.js';
import { type AuditKey } from './audit-key.js';

/** A row before it has its place in a chain. */
export type UnchainedEvent = Omit<AuditEvent, 'chain' | 'number' | 'hash'>;

/** What a reader of the trail asks for; what is left out is not asked. */
export interface AuditFilter {
  readonly actor?: string | undefined;
  readonly action?: string | undefined;
  readonly object?: string | undefined;
  readonly outcome?: 'done' | 'refused' | undefined;
  /** This moment and later. */
  readonly from?: Date | undefined;
  /** Before this moment. */
  readonly to?: Date | undefined;
}

/** How far an id's time may be after its event's: a transaction's length, or a step of the clock. */
const ID_LATENESS_MS = 10 * 60_000;

/** The chain of the platform's own events; an account's has the account's id. */
export const PLATFORM_CHAIN = 'platform';

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

  /**
   * A page, newest first. Row-level security says what is reached; the tenant is named again, and times as ids, so that
   * an index serves both.
   */
  list({ accountId, workspaceId }: Standing, filter: AuditFilter, { after, limit }: Page): Promise<AuditEvent[]> {
    const { actor, action, object, outcome, from, to } = filter;
    const id = [
      ...(after === null ? [] : [LessThan(after)]),
      ...(from ? [MoreThanOrEqual(firstIdOf('aud', from.getTime()))] : []),
      ...(to ? [LessThan(firstIdOf('aud', to.getTime() + ID_LATENESS_MS))] : []),
    ];
    const at = [...(from ? [MoreThanOrEqual(from)] : []), ...(to ? [LessThan(to)] : [])];
    return this.manager.find(AuditEvent, {
      where: {
        ...(workspaceId !== null ? { workspaceId } : accountId !== null && { accountId }),
        ...(actor !== undefined && { actorId: actor }),
        ...(action !== undefined && { action }),
        ...(object !== undefined && { objectId: object }),
        ...(outcome !== undefined && { outcome }),
        ...(id.length > 0 && { id: And(...id) }),
        ...(at.length > 0 && { at: And(...at) }),
      },
      order: { id: 'DESC' },
      take: limit,
    });
  }
}
