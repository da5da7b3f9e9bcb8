import { createSecretKey, randomBytes, timingSafeEqual } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { type Pepper, PresentedSecret } from './presented-secret.js';
import { type OpenedSecret } from './sealed-secrets.service.js';

/** A secret's hash as it is stored: HMAC-SHA-256, 32 bytes, under the pepper that it names. */
export interface PepperedHash {
  readonly pepperId: string;
  readonly hash: Buffer;
}

/**
 * The peppers, under which generated secrets are hashed and compared in constant time. A fast hash is right here:
 * the secrets hold more than 230 random bits, which no slow hash makes harder to guess.
 */
@Injectable()
export class Peppers {
  /** What a secret is held against where there is no hash to hold it against; it matches nothing. */
  readonly #decoy = randomBytes(32);
  readonly #byId = new Map<string, Pepper>();
  #current: Pepper | null = null;

  /** Takes the peppers, once, at the start; the first one hashes new secrets, all compare. */
  load(peppers: readonly OpenedSecret[]): void {
    for (const { id, secret } of peppers) this.#byId.set(id, { id, key: createSecretKey(secret) });
    const [first] = peppers;
    this.#current = (first && this.#byId.get(first.id)) ?? null;
  }

  /**
   * The hash to store of a new secret.
   * @param pepperId the pepper to use; left out, the one for new secrets
   * @throws Error if the peppers are not loaded, or this one is unknown
   */
  hash(secret: string, pepperId?: string): PepperedHash {
    const pepper = pepperId === undefined ? this.#loaded() : this.#byId.get(pepperId);
    if (!pepper) throw new Error('No such pepper');
    return { pepperId: pepper.id, hash: new PresentedSecret(secret).digest(pepper) };
  }

  /** Whether a presented secret has this hash. An unknown pepper matches nothing, and costs the same. */
  matches(presented: PresentedSecret, pepperId: string, hash: Buffer): boolean {
    const pepper = this.#byId.get(pepperId);
    if (!pepper || hash.length !== this.#decoy.length) return this.matchesNothing(presented);
    return timingSafeEqual(presented.digest(pepper), hash);
  }

  /** The comparison for a client that does not exist: the same work as for one that does, and always false. */
  matchesNothing(presented: PresentedSecret): false {
    timingSafeEqual(presented.digest(this.#loaded()), this.#decoy);
    return false;
  }

  #loaded(): Pepper {
    if (!this.#current) throw new Error('The peppers are not loaded');
    return this.#current;
  }
}
