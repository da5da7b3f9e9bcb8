import { type SigningAlg } from '../common/oauth/vocabulary.js';
import { SigningKey } from './signing-key.entity.js';
import { type NewKeyPair } from './signing-key-factory.js';

/** An algorithm in use has one key of each: the one that signs, and the next, which verifiers learn before it signs. */
const NEEDED = ['active', 'published'] as const;
export type NeededState = (typeof NEEDED)[number];

/** Which keys an algorithm still needs. */
export function missingKeys(keys: readonly Pick<SigningKey, 'alg' | 'state'>[], alg: SigningAlg): NeededState[] {
  return NEEDED.filter((state) => !keys.some((key) => key.alg === alg && key.state === state));
}

/**
 * The first row of a new key.
 * @param signsFrom when an active key may begin; a published one has no such moment yet
 */
export function newSigningKey(pair: NewKeyPair, state: NeededState, now: Date, signsFrom: Date): SigningKey {
  const signs = state === 'active';
  return Object.assign(new SigningKey(), {
    ...pair,
    state,
    publishedAt: now,
    activatedAt: signs ? now : null,
    signsFrom: signs ? signsFrom : null,
    retiringAt: null,
    removableAt: null,
    revokedAt: null,
    version: 1,
  });
}
