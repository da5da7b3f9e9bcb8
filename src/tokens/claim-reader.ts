import { type AccessTokenClaims } from './access-token-claims.js';
import { InvalidToken } from './invalid-token.error.js';

type Claims = Readonly<Record<string, unknown>>;

/**
 * The claims of an access token, each of its type; claims that are not ours are left aside.
 * @throws InvalidToken if one is missing or of another type
 * @see RFC 9068 §2.2
 */
export function readClaims(claims: Claims): AccessTokenClaims {
  return {
    iss: text(claims, 'iss'),
    sub: text(claims, 'sub'),
    aud: text(claims, 'aud'),
    client_id: text(claims, 'client_id'),
    iat: integer(claims, 'iat'),
    exp: integer(claims, 'exp'),
    jti: text(claims, 'jti'),
    ...optionalText(claims, 'scope'),
    roles: texts(claims, 'roles'),
    ...optionalText(claims, 'account_id'),
    ...optionalText(claims, 'workspace_id'),
    rev: integer(claims, 'rev'),
  };
}

function own(claims: Claims, name: string): unknown {
  return Object.hasOwn(claims, name) ? claims[name] : undefined;
}

function text(claims: Claims, name: string): string {
  const value = own(claims, name);
  if (typeof value !== 'string' || value === '') throw new InvalidToken(`${name} is not a text`);
  return value;
}

function optionalText<N extends string>(claims: Claims, name: N): Partial<Record<N, string>> {
  if (own(claims, name) === undefined) return {};
  return { [name]: text(claims, name) } as Partial<Record<N, string>>;
}

/** Beyond 2^53 two numbers can read the same, and a comparison would lie. */
function integer(claims: Claims, name: string): number {
  const value = own(claims, name);
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) {
    throw new InvalidToken(`${name} is not a whole number`);
  }
  return value;
}

function texts(claims: Claims, name: string): readonly string[] {
  const value = own(claims, name);
  if (!Array.isArray(value) || !value.every((one): one is string => typeof one === 'string')) {
    throw new InvalidToken(`${name} is not a list of texts`);
  }
  return value;
}
