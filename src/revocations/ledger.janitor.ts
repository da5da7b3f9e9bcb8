import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { Clock } from '../common/clock.js';
import { OwnerAccess } from '../database/owner-access.js';
import { LedgerRepository } from './ledger.repository.js';

const EVERY_MS = 10 * 60_000;
const BATCH = 1000;

/** Keeps the ledger's table bounded: now and then removes what has expired. */
@Injectable()
export class LedgerJanitor implements OnModuleDestroy {
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly owner: OwnerAccess,
    private readonly clock: Clock,
  ) {}

  /** Starts cleaning, for a process that has reached its database. */
  start(): void {
    this.timer ??= setInterval(() => void this.clean().catch(() => undefined), EVERY_MS).unref();
  }

  /** One round: batches until nothing is left or another replica cleans. PostgreSQL away is no matter: the next round comes. */
  async clean(): Promise<void> {
    const repository = this.owner.repository(LedgerRepository);
    while ((await repository.removeExpired(this.clock.date(), BATCH)) === BATCH);
  }

  onModuleDestroy(): void {
    clearInterval(this.timer);
  }
}
