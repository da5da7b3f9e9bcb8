import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { Clock } from '../common/clock.js';
import { OwnerAccess } from '../database/owner-access.js';
import { type SecretUse, SecretUseRepository } from './secret-use.repository.js';

/** Uses are written down this long after the first of them. */
const FLUSH_MS = 2000;
/** Secrets whose uses are kept in memory at most, while PostgreSQL is away; the one unused longest makes room. */
const CAPACITY = 50_000;
const BATCH = 5000;

/**
 * When, from where and how often secrets are used: gathered in memory and written together every few seconds, so
 * that no token waits for a write.
 */
@Injectable()
export class SecretUses implements OnApplicationShutdown {
  /** In the order of their last use. */
  private gathered = new Map<string, SecretUse>();
  private writing: Promise<void> | null = null;
  private timer: NodeJS.Timeout | null = null;

  constructor(
    private readonly owner: OwnerAccess,
    private readonly clock: Clock,
  ) {}

  /** Secrets whose uses are not yet written. */
  get size(): number {
    return this.gathered.size;
  }

  /** Notes that a secret has authenticated its client. */
  record(secretId: string, address: string): void {
    const now = this.clock.now();
    this.merge(secretId, { firstUsedAt: now, lastUsedAt: now, from: address, count: 1 });
    this.schedule();
  }

  /** Writes what was gathered so far; what cannot be written is kept for the next round. */
  async flush(): Promise<void> {
    // What is under way may have begun before the caller's uses.
    while (this.writing) await this.writing;
    if (this.gathered.size === 0) return;
    this.writing = this.write().finally(() => (this.writing = null));
    await this.writing;
  }

  /** The last requests have been answered, and the pool is still there. */
  async onApplicationShutdown(): Promise<void> {
    if (this.timer) clearTimeout(this.timer);
    await this.flush();
  }

  /** One round: batches that PostgreSQL takes well within a statement's time. */
  private async write(): Promise<void> {
    while (this.gathered.size > 0) {
      const batch = new Map([...this.gathered].slice(0, BATCH));
      for (const secretId of batch.keys()) this.gathered.delete(secretId);
      try {
        await this.owner.repository(SecretUseRepository).add(batch);
      } catch {
        // PostgreSQL is away, or somebody else held the rows.
        const later = this.gathered;
        this.gathered = batch;
        for (const [secretId, use] of later) this.merge(secretId, use);
        this.schedule();
        return;
      }
    }
  }

  private merge(secretId: string, use: SecretUse): void {
    const known = this.gathered.get(secretId);
    this.gathered.delete(secretId);
    this.gathered.set(
      secretId,
      known ? { ...use, firstUsedAt: known.firstUsedAt, count: known.count + use.count } : use,
    );
    if (this.gathered.size <= CAPACITY) return;
    const [oldest] = this.gathered.keys();
    if (oldest !== undefined) this.gathered.delete(oldest);
  }

  private schedule(): void {
    this.timer ??= setTimeout(() => {
      this.timer = null;
      void this.flush();
    }, FLUSH_MS).unref();
  }
}
