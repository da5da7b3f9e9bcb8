import { Injectable } from '@nestjs/common';
import { type SigningAlg } from '../common/oauth/vocabulary.js';
import { missingKeys, newSigningKey } from './key-lifecycle.js';
import { type SigningKey } from './signing-key.entity.js';
import { type SigningKeyRepository } from './signing-key.repository.js';
import { SigningKeyFactory } from './signing-key-factory.js';

/** Sees to it that an algorithm in use has its keys. */
@Injectable()
export class KeysService {
  constructor(private readonly factory: SigningKeyFactory) {}

  /**
   * Makes the keys that an algorithm lacks; whoever does the same at the same moment makes none beside them.
   * @param now the unit's time
   * @param signsFrom when an active key that is made here may begin to sign
   * @returns the active key, whose `signsFrom` says from when the algorithm may be used, and the keys that were made here
   */
  async ensureAlgorithm(
    repository: SigningKeyRepository,
    alg: SigningAlg,
    now: Date,
    signsFrom: Date,
  ): Promise<{ active: SigningKey; made: SigningKey[] }> {
    const missing = missingKeys(await repository.ofAlgorithm(alg), alg);
    const offered = await Promise.all(
      missing.map(async (state) => newSigningKey(await this.factory.make(alg), state, now, signsFrom)),
    );
    for (const key of offered) await repository.insertIfFree(key);
    const keys = await repository.ofAlgorithm(alg);
    const active = keys.find((key) => key.state === 'active');
    if (!active) throw new Error(`There is no active key for ${alg}`);
    return { active, made: offered.filter(({ kid }) => keys.some((key) => key.kid === kid)) };
  }
}
