import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { Clock } from '../common/clock.js';
import { OwnerAccess } from '../database/owner-access.js';
import { type SecretUse, SecretUseRepository } from './secret-use.repository.js';

/** Uses are written down this long after the first of them. */
const FLUSH_MS = 2000;
/** Secrets whose uses are kept in memory at most, while PostgreSQL is away; the one unused longest makes room. */
const CAPACITY = 50_000;

/**
 * When, from where and how often secrets are used: gathered in memory and written in one statement every few seconds, so
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

  private async write(): Promise<void> {
    const uses = this.gathered;
    this.gathered = new Map();
    try {
      await this.owner.repository(SecretUseRepository).add(uses);
    } catch {
      // PostgreSQL is away, or somebody else held the rows.
      const later = this.gathered;
      this.gathered = uses;
      for (const [secretId, use] of later) this.merge(secretId, use);
      this.schedule();
    }
  }

  private merge(secretId: string, use: SecretUse): void {
    const known = this.gathered.get(secretId);
    this.gathered.delete(secretId);
    this.gathered.set(
      secretId,
      known ? { ...use, firstUsedAt: known.firstUsedAt, count: known.count + use.count } : use,
    );
    const [oldest] = this.gathered.keys();
    if (this.gathered.size > CAPACITY && oldest !== undefined) this.gathered.delete(oldest);
  }

  private schedule(): void {
    this.timer ??= setTimeout(() => {
      this.timer = null;
      void this.flush();
    }, FLUSH_MS).unref();
  }
}
