import { decodeUtf8 } from '../common/http/utf8.js';
import { InvalidToken } from './invalid-token.error.js';

/** What the three parts of a token hold; nothing of it is proved. */
export interface CompactJws {
  readonly header: Readonly<Record<string, unknown>>;
  readonly payload: Readonly<Record<string, unknown>>;
  /** The ASCII bytes that the signature covers (RFC 7515 §5.2). */
  readonly signingInput: Buffer;
  readonly signature: Buffer;
}

/** Far more than any token of ours has: a longer one is not looked at. */
const MAX_CHARACTERS = 16 * 1024;

/** RFC 7515 §2: no padding, no white space, no other alphabet. */
const BASE64URL = /^[A-Za-z0-9_-]+$/;

/**
 * Takes a JWS in compact form apart, strictly: two texts that differ are never the same token.
 * @throws InvalidToken if it is too long, has not three parts, or one of them is malformed
 * @see RFC 7515 §7.1
 */
export function parseCompactJws(token: string): CompactJws {
  if (token.length > MAX_CHARACTERS) throw new InvalidToken('too long');
  const parts = token.split('.', 4);
  const [header, payload, signature] = parts;
  if (parts.length !== 3 || header === undefined || payload === undefined || signature === undefined) {
    throw new InvalidToken('not three parts');
  }
  return {
    header: decodeObject(header, 'header'),
    payload: decodeObject(payload, 'payload'),
    signingInput: Buffer.from(`${header}.${payload}`, 'ascii'),
    signature: decodeBytes(signature, 'signature'),
  };
}

function decodeBytes(part: string, name: string): Buffer {
  if (!BASE64URL.test(part)) throw new InvalidToken(`the ${name} is not base64url`);
  const bytes = Buffer.from(part, 'base64url');
  // Unused bits in the last character would make several spellings of one signature.
  if (bytes.toString('base64url') !== part) throw new InvalidToken(`the ${name} is not canonical base64url`);
  return bytes;
}

function decodeObject(part: string, name: string): Readonly<Record<string, unknown>> {
  const bytes = decodeBytes(part, name);
  let value: unknown;
  try {
    // RFC 8725 §3.7: UTF-8 and nothing else
    value = JSON.parse(decodeUtf8(bytes) ?? '');
  } catch {
    throw new InvalidToken(`the ${name} is not JSON`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new InvalidToken(`the ${name} is not an object`);
  }
  return value as Readonly<Record<string, unknown>>;
}
