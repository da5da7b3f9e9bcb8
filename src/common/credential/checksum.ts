import { crc32 } from 'node:zlib';

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const DIGITS = 6;

/**
 * The checksum that ends every credential: CRC-32 (IEEE) over the ASCII bytes before it, as six base62 digits,
 * most significant first. It finds typing errors and other programs' strings without a look at the database; it proves nothing.
 */
export function checksum(text: string): string {
  let rest = crc32(text);
  let digits = '';
  for (let i = 0; i < DIGITS; i++) {
    digits = ALPHABET.charAt(rest % 62) + digits;
    rest = Math.floor(rest / 62);
  }
  return digits;
}

/** Whether a credential ends with the checksum of what stands before it. */
export function hasValidChecksum(credential: string): boolean {
  const body = credential.slice(0, -DIGITS);
  return body.length > 0 && checksum(body) === credential.slice(-DIGITS);
}
