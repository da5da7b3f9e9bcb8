import { createHmac, type KeyObject } from 'node:crypto';

/** A key for hashes of secrets, and the id by which each hash names it. */
export interface Pepper {
  readonly id: string;
  readonly key: KeyObject;
}

/** A secret that a caller shows: it is hashed at most once for each pepper, however many stored hashes it is held against. */
export class PresentedSecret {
  readonly #secret: string;
  readonly #digests = new Map<string, Buffer>();

  /** @param secret exactly as presented: nothing is trimmed or normalised */
  constructor(secret: string) {
    this.#secret = secret;
  }

  /** HMAC-SHA-256 of the secret: 32 bytes. */
  digest(pepper: Pepper): Buffer {
    const known = this.#digests.get(pepper.id);
    if (known) return known;
    const digest = createHmac('sha256', pepper.key).update(this.#secret, 'utf8').digest();
    this.#digests.set(pepper.id, digest);
    return digest;
  }
}
