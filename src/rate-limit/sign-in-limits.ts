import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { RateLimiterMemory, type RateLimiterRes } from 'rate-limiter-flexible';
import { DomainError, type Limit } from '../common/errors/domain.error.js';
import { AppConfig } from '../config/app-config.js';
import { networkOf } from './network-of.js';
import { type Turn } from './turn.js';

/** Counters held at most; the one unused longest makes room. */
const MAX_KEYS = 100_000;

/** An attempt to sign in, or to set a password. */
export interface Attempt {
  /** The caller's, as far as the trusted proxies tell. */
  readonly address: string;
  /** The name that is tried, in the form in which names are compared; a setup token, where it stands for one. */
  readonly name: string;
  /** Whether the caller has hung up. */
  readonly abandoned?: () => boolean;
}

/** What an attempt was counted under. */
interface Taken {
  readonly failure: string;
  readonly signIn: string;
}

/**
 * Limits attempts to sign in: failures for each address, and all attempts for each address and name together, since each
 * costs a slow hash. A name alone is never counted: nobody can lock another out.
 */
@Injectable()
export class SignInLimits {
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

  /** How many counters are held. */
  get size(): number {
    return this.keys.size;
  }

  /**
   * Runs an attempt, unless there were too many. It counts from its beginning, so that many at once are not more than
   * were allowed one by one; what cost no hash and showed no wrong credential is given back.
   * @param work takes the turn in which it may have a password hashed
   * @throws DomainError `too-many`; what the attempt throws
   */
  async run<T>(attempt: Attempt, work: (turn: Turn) => Promise<T>): Promise<T> {
    const turn = turnOf(attempt);
    const { limiter } = this;
    if (!limiter) return work(turn);
    const taken = { failure: `failed ${turn.network}`, signIn: `sign-in ${turn.name}` };
    await this.take(limiter, taken);
    let outcome: 'done' | 'failed' | 'void' = 'void';
    try {
      const result = await work(turn);
      outcome = 'done';
      return result;
    } catch (error) {
      if (error instanceof DomainError && error.kind === 'unauthenticated') outcome = 'failed';
      throw error;
    } finally {
      if (outcome !== 'failed') await limiter.reward(taken.failure);
      if (outcome === 'void') await limiter.reward(taken.signIn);
    }
  }

  private async take(limiter: RateLimiterMemory, { failure, signIn }: Taken): Promise<void> {
    await this.consume(limiter, failure, 'failed_attempts');
    try {
      await this.consume(limiter, signIn, 'sign_ins');
    } catch (refusal) {
      await limiter.reward(failure);
      throw refusal;
    }
  }

  private async consume(limiter: RateLimiterMemory, key: string, limit: Limit): Promise<void> {
    this.keys.set(key, true);
    try {
      await limiter.consume(key);
    } catch (refusal) {
      await limiter.reward(key);
      throw DomainError.tooMany(Math.ceil((refusal as RateLimiterRes).msBeforeNext / 1000), limit);
    }
  }
}

/** Names are of a fixed length, however long they were sent, and stand for themselves at this network alone. */
function turnOf({ address, name, abandoned }: Attempt): Turn {
  const network = networkOf(address);
  const hash = createHash('sha256').update(`${network} ${name}`).digest('base64url');
  return { network, name: hash, ...(abandoned && { abandoned }) };
}
