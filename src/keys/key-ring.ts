import { createPublicKey, type KeyObject } from 'node:crypto';
import { type SigningAlg } from '../common/oauth/vocabulary.js';
import { type KeyEncryptionKeys } from '../sealing/key-encryption-keys.js';
import { type PublicJwk, toPublicJwk } from './public-jwk.js';
import { openPrivateKey } from './sealed-private-key.js';
import { SIGNERS } from './signers/index.js';
import { type Signer } from './signers/signer.js';
import { type SigningQueue } from './signers/signing-queue.js';
import { type SigningKey } from './signing-key.entity.js';

/** What checks the signatures of one key, by one algorithm. */
export interface VerificationKey {
  readonly kid: string;
  readonly alg: SigningAlg;
  readonly publicKey: KeyObject;
}

/** What signs for an algorithm. */
export interface ActiveKey {
  readonly kid: string;
  readonly alg: SigningAlg;
  readonly signer: Signer;
}

/** The key that signs now, or how long until it may; null where the algorithm has none. */
export type SigningAnswer = { readonly key: ActiveKey } | { readonly waitSeconds: number } | null;

interface ActiveEntry {
  readonly key: ActiveKey;
  readonly signsFromMs: number;
}

interface RingParts {
  readonly active: ReadonlyMap<SigningAlg, ActiveEntry>;
  readonly verification: ReadonlyMap<string, VerificationKey>;
  readonly published: readonly PublicJwk[];
}

/** An immutable snapshot of the signing keys, ready for use. */
export class KeyRing {
  private constructor(private readonly parts: RingParts) {}

  /**
   * Imports the keys of a set of rows. Only active keys are opened: no other private half lies in memory.
   * @throws SealingError if no key-encryption key opens an active key
   * @throws TypeError if a row's key does not fit its `kid` or algorithm
   */
  static async build(
    rows: readonly SigningKey[],
    keyEncryptionKeys: KeyEncryptionKeys,
    queue: SigningQueue,
  ): Promise<KeyRing> {
    const active = new Map<SigningAlg, ActiveEntry>();
    const verification = new Map<string, VerificationKey>();
    const published: PublicJwk[] = [];
    for (const row of [...rows].sort(byAge)) {
      if (row.state === 'revoked') continue;
      const publicKey = createPublicKey({ key: { ...row.publicJwk }, format: 'jwk' });
      const jwk = await toPublicJwk(publicKey, row.alg);
      if (jwk.kid !== row.kid) throw new TypeError(`The public key of ${row.kid} has another thumbprint`);
      published.push(Object.freeze(jwk));
      verification.set(row.kid, { kid: row.kid, alg: row.alg, publicKey });
      if (row.state === 'active') active.set(row.alg, await activate(row, keyEncryptionKeys, queue));
    }
    return new KeyRing({ active, verification, published });
  }

  /** @param nowMs epoch milliseconds, from the Clock */
  signingKey(alg: SigningAlg, nowMs: number): SigningAnswer {
    const entry = this.parts.active.get(alg);
    if (!entry) return null;
    if (nowMs >= entry.signsFromMs) return { key: entry.key };
    return { waitSeconds: Math.ceil((entry.signsFromMs - nowMs) / 1000) };
  }

  /** The key that a token names, if it may verify: null for a revoked key and for one that this ring does not know. */
  verificationKey(kid: string): VerificationKey | null {
    return this.parts.verification.get(kid) ?? null;
  }

  /** The public keys of these algorithms, the newest last (RFC 7517 §5). */
  publicKeys(algs: readonly SigningAlg[]): PublicJwk[] {
    return this.parts.published.filter((jwk) => algs.includes(jwk.alg));
  }
}

/** Oldest first; by `kid` within a moment, so that every replica serves the same bytes. */
function byAge(one: SigningKey, other: SigningKey): number {
  return one.publishedAt.getTime() - other.publishedAt.getTime() || (one.kid < other.kid ? -1 : 1);
}

async function activate(row: SigningKey, keys: KeyEncryptionKeys, queue: SigningQueue): Promise<ActiveEntry> {
  if (row.sealedPrivate === null) throw new TypeError(`The active key ${row.kid} has no private half`);
  const privateKey = await openPrivateKey(row.kid, row.sealedPrivate, keys);
  const signer = SIGNERS[row.alg](row.alg, privateKey, queue);
  return { key: { kid: row.kid, alg: row.alg, signer }, signsFromMs: row.signsFrom?.getTime() ?? 0 };
}
