import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import argon2 from 'argon2';
import { FairQueue } from '../rate-limit/fair-queue.js';
import { type Turn } from '../rate-limit/turn.js';
import { normalized } from './password-rules.js';

/** RFC 9106 §4, the second recommended option: 64 MiB, three passes, four lanes. */
const PARAMETERS = { memoryCost: 64 * 1024, timeCost: 3, parallelism: 4 } as const;
const HASH_BYTES = 32;
const SALT_BYTES = 16;

/** What waits for the one hash at a time: sixteen side by side would leave no core for tokens. */
const BOUNDS = { perName: 4, perNetwork: 16, total: 64 };

/** Hashes and checks passwords with Argon2id, one at a time in this process, in fair turns: there is no other way to it. */
@Injectable()
export class PasswordHasher {
  /** What a password is checked against where there is none: it is no hash of anything, and costs the same. */
  readonly #decoy = decoy();
  private readonly queue = new FairQueue(BOUNDS);

  /**
   * The hash to store.
   * @throws DomainError `too-many` for a caller who has too many waiting; `unavailable` for one who has hung up
   */
  hash(password: string, turn: Turn): Promise<string> {
    return this.queue.run(turn, () =>
      argon2.hash(normalized(password), { ...PARAMETERS, type: argon2.argon2id, hashLength: HASH_BYTES }),
    );
  }

  /**
   * Which of the hashes are the password's. The work is the same for every number of hashes up to `width`.
   * @param width how many hashes to check at least; what is missing is made up
   * @throws DomainError as `hash`
   */
  matches(password: string, hashes: readonly string[], width: number, turn: Turn): Promise<boolean[]> {
    return this.queue.run(turn, async () => {
      const matching: boolean[] = [];
      for (let i = 0; i < Math.max(hashes.length, width); i++) {
        const matched = await argon2.verify(hashes[i] ?? this.#decoy, normalized(password));
        if (i < hashes.length) matching.push(matched);
      }
      return matching;
    });
  }
}

/** An encoded hash (PHC string format) of the same parameters, with random bytes where a hash would be. */
function decoy(): string {
  const base64 = (bytes: number): string => randomBytes(bytes).toString('base64').replaceAll('=', '');
  const { memoryCost, timeCost, parallelism } = PARAMETERS;
  return `$argon2id$v=19$m=${memoryCost},t=${timeCost},p=${parallelism}$${base64(SALT_BYTES)}$${base64(HASH_BYTES)}`;
}
