import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { RateLimiterMemory, type RateLimiterRes } from 'rate-limiter-flexible';
import { DomainError } from '../common/errors/domain.error.js';
import { AppConfig } from '../config/app-config.js';
import { networkOf } from './network-of.js';

/** Counters held at most; the one unused longest makes room. */
const MAX_KEYS = 100_000;

/** An attempt to sign in. */
export interface Attempt {
  /** The caller's, as far as the trusted proxies tell. */
  readonly address: string;
  /** The name that is tried, whatever its case; null where the credential has none. */
  readonly name: string | null;
}

/**
 * Limits failed attempts, for each address, and for each address and name together. A name alone is never counted:
 * nobody can lock another out.
 */
@Injectable()
export class FailureLimits {
  private readonly limiter: RateLimiterMemory | null;
  private readonly keys = new LRUCache<string, true>({
    max: MAX_KEYS,
    dispose: (_value, key, reason) => {
      if (reason === 'evict') void this.limiter?.delete(key);
    },
  });

  constructor({ rateLimitMax, rateLimitWindowMs }: AppConfig) {
    this.limiter =
      rateLimitMax === 0 ? null : new RateLimiterMemory({ points: rateLimitMax, duration: rateLimitWindowMs / 1000 });
  }

  /** Counters that are held. */
  get size(): number {
    return this.keys.size;
  }

  /**
   * Runs an attempt, unless too many have failed. It counts from its beginning, so that many at once are not more than
   * were allowed one by one, and is given back unless it was refused for its credentials.
   * @throws DomainError `too-many`; what the attempt throws
   */
  async run<T>(attempt: Attempt, work: () => Promise<T>): Promise<T> {
    const { limiter } = this;
    if (!limiter) return work();
    const taken = await this.take(limiter, keysOf(attempt));
    let failed = false;
    try {
      return await work();
    } catch (error) {
      failed = error instanceof DomainError && error.kind === 'unauthenticated';
      throw error;
    } finally {
      if (!failed) await giveBack(limiter, taken);
    }
  }

  private async take(limiter: RateLimiterMemory, keys: readonly string[]): Promise<readonly string[]> {
    const taken: string[] = [];
    for (const key of keys) {
      this.keys.set(key, true);
      taken.push(key);
      try {
        await limiter.consume(key);
      } catch (refusal) {
        await giveBack(limiter, taken);
        const { msBeforeNext } = refusal as RateLimiterRes;
        throw DomainError.tooMany(Math.ceil(msBeforeNext / 1000), 'too many failed attempts');
      }
    }
    return taken;
  }
}

async function giveBack(limiter: RateLimiterMemory, keys: readonly string[]): Promise<void> {
  for (const key of keys) await limiter.reward(key);
}

/** Of a fixed length, however long a name is sent. */
function keysOf({ address, name }: Attempt): string[] {
  const network = networkOf(address);
  if (name === null) return [network];
  const hash = createHash('sha256').update(`${network} ${name.toLowerCase()}`).digest('base64url');
  return [network, hash];
}
