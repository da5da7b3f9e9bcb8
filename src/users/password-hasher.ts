import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import argon2 from 'argon2';
import { DomainError } from '../common/errors/domain.error.js';
import { normalized } from './password-rules.js';

/** RFC 9106 §4, the second recommended option: 64 MiB, three passes, four lanes. */
const PARAMETERS = { memoryCost: 64 * 1024, timeCost: 3, parallelism: 4 } as const;
const HASH_BYTES = 32;
const SALT_BYTES = 16;

/** Whoever comes when so many wait is told to come again: sixteen hashes side by side would leave no core for tokens. */
const MAX_WAITING = 16;
const RETRY_SECONDS = 2;

/** Hashes and checks passwords with Argon2id, one at a time in this process. */
@Injectable()
export class PasswordHasher {
  /** What a password is checked against where there is none: it is no hash of anything, and costs the same. */
  readonly #decoy = decoy();
  private waiting = 0;
  private last: Promise<unknown> = Promise.resolve();

  /**
   * The hash to store.
   * @throws DomainError `unavailable` when too many wait
   */
  hash(password: string): Promise<string> {
    return this.inTurn(() =>
      argon2.hash(normalized(password), { ...PARAMETERS, type: argon2.argon2id, hashLength: HASH_BYTES }),
    );
  }

  /**
   * Which of the hashes are the password's. The work is the same for every number of hashes up to `width`.
   * @param width how many hashes to check at least; what is missing is made up
   * @throws DomainError `unavailable` when too many wait
   */
  matches(password: string, hashes: readonly string[], width: number): Promise<boolean[]> {
    return this.inTurn(async () => {
      const matching: boolean[] = [];
      for (let i = 0; i < Math.max(hashes.length, width); i++) {
        const matched = await argon2.verify(hashes[i] ?? this.#decoy, normalized(password));
        if (i < hashes.length) matching.push(matched);
      }
      return matching;
    });
  }

  private async inTurn<T>(work: () => Promise<T>): Promise<T> {
    // One is at work, the others wait.
    if (this.waiting > MAX_WAITING) {
      throw DomainError.unavailable('too many passwords are waiting to be checked', {
        retryAfterSeconds: RETRY_SECONDS,
      });
    }
    this.waiting++;
    const turn = this.last.then(work);
    this.last = turn.catch(() => undefined);
    try {
      return await turn;
    } finally {
      this.waiting--;
    }
  }
}

/** An encoded hash (PHC string format) of the same parameters, with random bytes where a hash would be. */
function decoy(): string {
  const base64 = (bytes: number): string => randomBytes(bytes).toString('base64').replaceAll('=', '');
  const { memoryCost, timeCost, parallelism } = PARAMETERS;
  return `$argon2id$v=19$m=${memoryCost},t=${timeCost},p=${parallelism}$${base64(SALT_BYTES)}$${base64(HASH_BYTES)}`;
}
