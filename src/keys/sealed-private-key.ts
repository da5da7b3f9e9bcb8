import { createPrivateKey, type KeyObject } from 'node:crypto';
import { type KeyEncryptionKeys } from '../sealing/key-encryption-keys.js';

/** What a private half is sealed for: it opens for its own `kid` and for no other. */
export const sealingContext = (kid: string): string => `signing_key:${kid}`;

/**
 * Opens a private half for signing.
 * @throws SealingError if no key-encryption key opens it, or it was sealed for another `kid`
 */
export async function openPrivateKey(kid: string, sealed: string, keys: KeyEncryptionKeys): Promise<KeyObject> {
  const pkcs8 = await keys.unseal(sealingContext(kid), sealed);
  try {
    return createPrivateKey({ key: pkcs8, type: 'pkcs8', format: 'der' });
  } finally {
    pkcs8.fill(0);
  }
}
