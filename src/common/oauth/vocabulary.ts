/** The signature algorithms that a resource server may choose (RFC 7518 §3.1, RFC 8037 §3.1). */
export const SIGNING_ALGS = ['RS256', 'PS256', 'ES256', 'EdDSA'] as const;
export type SigningAlg = (typeof SIGNING_ALGS)[number];

/** The `typ` header of an access token: RFC 9068's, or the one that older verifiers alone accept. */
export const TOKEN_TYPS = ['at+jwt', 'JWT'] as const;
export type TokenTyp = (typeof TOKEN_TYPS)[number];

/** The formats of access tokens that a resource server may ask for. */
export const TOKEN_FORMAT_NAMES = ['jwt'] as const;
export type TokenFormatName = (typeof TOKEN_FORMAT_NAMES)[number];

/** The levels of a principal, from the widest. */
export const LEVELS = ['platform', 'account', 'workspace'] as const;
export type Level = (typeof LEVELS)[number];

/** The longest life of any token, in seconds: the ledger keeps a cut that long. */
export const MAX_TOKEN_TTL_SECONDS = 30 * 24 * 3600;

/** Whether a level is the required one or above it. */
export function isAtLeast(level: Level, required: Level): boolean {
  return LEVELS.indexOf(level) <= LEVELS.indexOf(required);
}
