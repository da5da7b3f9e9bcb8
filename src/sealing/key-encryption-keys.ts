import { createHmac, createSecretKey, type KeyObject } from 'node:crypto';
import { CompactEncrypt, compactDecrypt, decodeProtectedHeader } from 'jose';
import { SealingError } from './sealing.error.js';

/** The length of a key-encryption key: A256GCM takes 256 bits (RFC 7518 §5.3). */
export const KEY_ENCRYPTION_KEY_BYTES = 32;

const KEY_MANAGEMENT = 'dir';
const CONTENT_ENCRYPTION = 'A256GCM';
/** The header parameter that says what was sealed; the header is authenticated with the ciphertext (RFC 7516 §5.1 step 14). */
const CONTEXT = 'ctx';
const KEY_ID_BYTES = 9;

/** An id by which a sealed value names its key: a MAC under the key itself, which tells nothing of it. */
function keyId(key: KeyObject): string {
  const mac = createHmac('sha256', key).update('claviger key-encryption key id').digest();
  return mac.subarray(0, KEY_ID_BYTES).toString('base64url');
}

/** The key-encryption keys: the first seals, all open, so that a list of two rotates them. */
export class KeyEncryptionKeys {
  readonly #byId = new Map<string, KeyObject>();
  readonly #current: { readonly id: string; readonly key: KeyObject };

  /**
   * @param keys 32 bytes each, the one that seals first
   * @throws RangeError if there is none, or one of another length
   */
  constructor(keys: readonly Buffer[]) {
    if (keys.some((key) => key.length !== KEY_ENCRYPTION_KEY_BYTES)) {
      throw new RangeError(`A key-encryption key has ${KEY_ENCRYPTION_KEY_BYTES} bytes`);
    }
    const ring = keys.map((bytes) => createSecretKey(bytes)).map((key) => ({ id: keyId(key), key }));
    const [current] = ring;
    if (!current) throw new RangeError('At least one key-encryption key is needed');
    this.#current = current;
    for (const { id, key } of ring) this.#byId.set(id, key);
  }

  /**
   * Seals under the first key.
   * @param context what is sealed, `signing_key:<kid>` say; it is authenticated, and readable by whoever has the text
   * @returns a compact JWE
   * @see RFC 7516 §7.1
   */
  seal(context: string, plaintext: Uint8Array): Promise<string> {
    const header = { alg: KEY_MANAGEMENT, enc: CONTENT_ENCRYPTION, kid: this.#current.id, [CONTEXT]: context };
    return new CompactEncrypt(plaintext).setProtectedHeader(header).encrypt(this.#current.key);
  }

  /**
   * Opens what was sealed for this context under any of the keys.
   * @throws SealingError if no key fits, the context is another, or the text is damaged
   */
  async unseal(context: string, sealed: string): Promise<Buffer> {
    const header = readHeader(sealed);
    if (!header) throw new SealingError('damaged', context);
    const key = this.#byId.get(header.kid);
    if (!key) throw new SealingError('no key fits', context);
    // A value moved to another row still opens under the right key: only its context gives it away.
    if (header.context !== context) throw new SealingError('sealed for another context', context);
    try {
      const { plaintext } = await compactDecrypt(sealed, key, {
        keyManagementAlgorithms: [KEY_MANAGEMENT],
        contentEncryptionAlgorithms: [CONTENT_ENCRYPTION],
      });
      return Buffer.from(plaintext);
    } catch (cause) {
      throw new SealingError('damaged', context, { cause });
    }
  }

  /** Whether a value is sealed under the first key; false where it should be sealed anew, and for a damaged one. */
  isCurrent(sealed: string): boolean {
    return readHeader(sealed)?.kid === this.#current.id;
  }
}

/** What a sealed value says of itself, before anything is proved. */
function readHeader(sealed: string): { kid: string; context: unknown } | null {
  try {
    const header = decodeProtectedHeader(sealed);
    return typeof header.kid === 'string' ? { kid: header.kid, context: header[CONTEXT] } : null;
  } catch {
    return null;
  }
}
