import { randomFillSync } from 'node:crypto';
import { checksum, hasValidChecksum } from './checksum.js';

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
/** The largest multiple of 62 that a byte can reach: bytes from here on are thrown away, so that no character is likelier. */
const LIMIT = 248;
const SECRET_CHARACTERS = 40;

/** Base62 characters from the system's random source, drawn without bias: 5.95 bits each. */
export function randomBase62(length: number): string {
  let text = '';
  while (text.length < length) {
    for (const byte of randomFillSync(Buffer.alloc(length * 2))) {
      if (byte < LIMIT && text.length < length) text += ALPHABET.charAt(byte % 62);
    }
  }
  return text;
}

/** A new client secret, `<prefix>_sk_<40 random><checksum>`. */
export function newClientSecret(prefix: string): string {
  const body = `${prefix}_sk_${randomBase62(SECRET_CHARACTERS)}`;
  return body + checksum(body);
}

const CLIENT_SECRET = /^[A-Za-z0-9]+_sk_[0-9A-Za-z]{46}$/;

/** Whether a string can be a client secret of ours, by form and checksum alone; the prefix may be an earlier brand's. */
export function isClientSecret(value: string): boolean {
  return CLIENT_SECRET.test(value) && hasValidChecksum(value);
}

/** A new setup token, `<prefix>_st_<40 random><checksum>`. */
export function newSetupToken(prefix: string): string {
  const body = `${prefix}_st_${randomBase62(SECRET_CHARACTERS)}`;
  return body + checksum(body);
}

const SETUP_TOKEN = /^[A-Za-z0-9]+_st_[0-9A-Za-z]{46}$/;

/** Whether a string can be a setup token of ours, by form and checksum alone; the prefix may be an earlier brand's. */
export function isSetupToken(value: string): boolean {
  return SETUP_TOKEN.test(value) && hasValidChecksum(value);
}
