import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { Clock } from '../common/clock.js';

/**
 * Removes a bounded batch of rows whose time is over.
 * @returns how many went
 */
export type Removal = (manager: EntityManager, now: Date, limit: number) => Promise<number>;

const EVERY_MS = 10 * 60_000;
const BATCH = 1000;
/** Cleaning is one replica's work at a time: the lock is tried, and whoever does not get it has nothing to do. */
const LOCK = 0x636c_6177;

/** Keeps bounded what expires: now and then removes it in batches, as the login. */
@Injectable()
export class Janitor implements OnModuleDestroy {
  private readonly removals: Removal[] = [];
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly dataSource: DataSource,
    private readonly clock: Clock,
  ) {}

  /** Takes on a kind of rows. */
  register(removal: Removal): void {
    this.removals.push(removal);
  }

  /** Starts cleaning, for a process that has reached its database. */
  start(): void {
    this.timer ??= setInterval(() => void this.clean().catch(() => undefined), EVERY_MS).unref();
  }

  /** One round: batches until nothing is left or another replica cleans. PostgreSQL away is no matter: the next round comes. */
  async clean(): Promise<void> {
    for (const removal of this.removals) while ((await this.batch(removal)) === BATCH);
  }

  onModuleDestroy(): void {
    clearInterval(this.timer);
  }

  private batch(removal: Removal): Promise<number> {
    return this.dataSource.transaction(async (manager) => {
      const [lock] = await manager.query<[{ got: boolean }]>('select pg_try_advisory_xact_lock($1) as got', [LOCK]);
      return lock.got ? removal(manager, this.clock.date(), BATCH) : 0;
    });
  }
}
