import { OAuthError } from '../errors/oauth.error.js';

/** One scope token: %x21 / %x23-5B / %x5D-7E (RFC 6749 §3.3). */
const SCOPE_TOKEN = /^[\x21\x23-\x5B\x5D-\x7E]+$/;

/**
 * The scope tokens of a request, each once, in the order asked for. Several spaces are one; every other white space is wrong.
 * @throws OAuthError `invalid_scope` for a character outside the grammar
 * @see RFC 6749 §3.3
 */
export function parseScope(value: string): string[] {
  const tokens = value.split(' ').filter((token) => token !== '');
  if (!tokens.every((token) => SCOPE_TOKEN.test(token))) throw OAuthError.invalidScope('The scope is malformed');
  return [...new Set(tokens)];
}

/** The scopes of the management API, widest first. */
export const MANAGEMENT_SCOPES = ['read', 'write', 'admin'] as const;
export type ManagementScope = (typeof MANAGEMENT_SCOPES)[number];

/** Containment written out: `admin` holds `read` and `write`; `write` does not hold `read`. */
export function writtenOut(scopes: readonly string[]): string[] {
  if (!scopes.includes('admin')) return [...scopes];
  return [...new Set([...MANAGEMENT_SCOPES, ...scopes])];
}
