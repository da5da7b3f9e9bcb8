import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { SYSTEM } from '../common/access/principal.js';
import { Clock } from '../common/clock.js';
import { DomainError } from '../common/errors/domain.error.js';
import { newIdOf } from '../common/id.js';
import { PinoLoggerService } from '../common/logging/pino-logger.service.js';
import { Watcher } from '../database/feed/watcher.js';
import { UnitOfWork } from '../database/unit-of-work.js';
import { AuditEventRepository, PLATFORM_CHAIN, type UnchainedEvent } from './audit-event.repository.js';
import { AuditKey } from './audit-key.js';
import { type Refusal } from './refusal.js';
import { RefusalBook, type RefusalCount, type RefusalRow } from './refusal-book.js';

const EVERY_MS = 2000;
/** Rows in one transaction, which holds its chain's head: an administrator's change waits for no more than these. */
const BATCH = 20;

/**
 * The audit trail of what strangers and refused callers cause: merged in memory, and written as few rows every few
 * seconds, so that nobody can fill the trail or hold up those who change things.
 */
@Injectable()
export class Observations implements OnApplicationShutdown {
  private readonly book = new RefusalBook();
  /** Rows that have their final form, by chain: after a transaction whose end is unknown, the same ones are tried again. */
  private readonly pending = new Map<string, UnchainedEvent[]>();
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> = Promise.resolve();

  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly watcher: Watcher,
    private readonly clock: Clock,
    private readonly key: AuditKey,
    private readonly logger: PinoLoggerService,
  ) {}

  /** Refusals that are remembered, and rows of them that are not yet written. */
  get size(): number {
    return [...this.pending.values()].reduce((sum, rows) => sum + rows.length, this.book.size);
  }

  /** Counts a refusal; synchronous, cheap, and never a reason to fail. */
  refused(refusal: Refusal): void {
    this.book.add(refusal, this.clock.now());
  }

  /** Starts writing, for a process that has reached its database. */
  start(): void {
    this.timer ??= setInterval(() => {
      // While PostgreSQL is away, everything is kept.
      if (this.watcher.isLive()) void this.flush(false);
    }, EVERY_MS).unref();
  }

  /** Writes what is left, if PostgreSQL lets it. */
  async onApplicationShutdown(): Promise<void> {
    if (!this.timer) return;
    clearInterval(this.timer);
    await this.flush(true);
  }

  /**
   * One round, after the one under way.
   * @param all what rests, too, because there is no later
   */
  flush(all: boolean): Promise<void> {
    this.running = this.running
      .then(() => this.round(all))
      .catch((error: unknown) => this.logger.error(error, 'Observations'));
    return this.running;
  }

  private async round(all: boolean): Promise<void> {
    if (!(await this.writePending())) return;
    const due = this.book.due(this.clock.now(), all);
    await Promise.all(due.map((found) => this.settle(found, all)));
    const settled = due.filter(({ refusal }) => !refusal.findOwner);
    for (const row of this.book.take(settled, this.clock.now(), all)) {
      const chain = row.refusal.accountId ?? PLATFORM_CHAIN;
      this.pending.set(chain, [...(this.pending.get(chain) ?? []), eventOf(row)]);
    }
    await this.writePending();
  }

  private async settle(found: RefusalCount, all: boolean): Promise<void> {
    const { findOwner } = found.refusal;
    if (!findOwner) return;
    try {
      this.book.settle(found, await findOwner());
    } catch {
      // PostgreSQL is away. The last time it is better to stand in the platform's trail than in none.
      if (all) this.book.settle(found, null);
    }
  }

  /** @returns whether nothing is left */
  private async writePending(): Promise<boolean> {
    for (const [chain, rows] of this.pending) {
      while (rows.length > 0) {
        if (!(await this.write(rows.slice(0, BATCH)))) return false;
        rows.splice(0, BATCH);
      }
      this.pending.delete(chain);
    }
    return true;
  }

  /** @returns false if the rows must be tried again */
  private async write(rows: readonly UnchainedEvent[]): Promise<boolean> {
    try {
      await this.unitOfWork.run(SYSTEM, (tx) => {
        for (const row of rows) {
          tx.atEnd('audit', row.id, (manager) => new AuditEventRepository(manager).append(row, this.key));
        }
        return Promise.resolve();
      });
    } catch (error) {
      if (error instanceof DomainError && error.kind === 'unavailable') return false;
      // A conflict says that the transaction before, whose end was unknown, did commit.
      if (!(error instanceof DomainError && error.kind === 'conflict')) this.logger.error(error, 'Observations');
    }
    return true;
  }
}

function eventOf({ refusal, count, firstMs, lastMs, origin }: RefusalRow): UnchainedEvent {
  const { action, reason, actor, object, accountId, workspaceId, changes = null } = refusal;
  return {
    id: newIdOf('aud', firstMs),
    accountId,
    workspaceId,
    at: new Date(firstMs),
    lastAt: new Date(lastMs),
    count,
    actorType: actor.type,
    actorId: actor.id,
    onBehalfOf: null,
    action,
    reason,
    objectType: object.type,
    objectId: object.id,
    changes,
    outcome: 'refused',
    address: origin?.address ?? null,
    requestId: origin?.requestId ?? null,
  };
}
