import { createRemoteJWKSet, errors, jwtVerify } from 'jose';

/** What Claviger can sign with. Never take the algorithm from the token alone. */
const ALGORITHMS = ['RS256', 'PS256', 'ES256', 'EdDSA'];

/** The value of `WWW-Authenticate`; bare where no token was shown (RFC 6750 §3). */
export function challenge(parameters = {}) {
  const all = Object.entries({ realm: 'reports', ...parameters });
  return `Bearer ${all.map(([name, value]) => `${name}="${value}"`).join(', ')}`;
}

/** A refusal. `cause` is for the log, not for the caller. */
class AccessError extends Error {
  constructor(statusCode, message, { cause, challenge } = {}) {
    super(message, { cause });
    this.statusCode = statusCode;
    this.challenge = challenge;
  }
}

/**
 * Makes the function that turns an Authorization header into what the token says, and throws AccessError otherwise.
 * Issuer and audience are compared byte for byte; a missing slash at the end is another audience.
 */
export function authenticator({ issuer, audience }) {
  const keyOf = keySet(issuer);
  return async (authorization) => {
    // The header alone: in a URL a token would be logged by everyone on its way (RFC 6750 §5.3).
    if (!/^bearer\b/i.test(authorization ?? '')) {
      throw new AccessError(401, 'No access token', { challenge: challenge() });
    }
    try {
      const token = authorization.replace(/^bearer +/i, '');
      const { payload } = await jwtVerify(token, keyOf, {
        issuer,
        audience,
        algorithms: ALGORITHMS,
        typ: 'at+jwt', // no other kind of JWT by this issuer will do (RFC 9068 §4)
        requiredClaims: ['exp', 'sub', 'client_id'],
      });
      return {
        clientId: payload.client_id,
        accountId: payload.account_id,
        scopes: typeof payload.scope === 'string' ? payload.scope.split(' ') : [],
      };
    } catch (cause) {
      // What jose says about a token is a JOSEError; keySet has set apart what it says about fetching keys.
      if (!(cause instanceof errors.JOSEError)) throw cause;
      const invalid = challenge({ error: 'invalid_token' });
      throw new AccessError(401, 'The access token is not valid', { cause, challenge: invalid });
    }
  };
}

/**
 * The issuer's public keys, fetched at the first token and kept for ten minutes: for so long the API does without the
 * issuer, and for so long it may accept a key that the issuer has withdrawn. An unknown key id fetches them again, at
 * most every 30 seconds.
 *
 * The address is derived, not read from the metadata document: Claviger promises it, and so there is one request less
 * that can fail. For another issuer take `jwks_uri` from its metadata.
 */
function keySet(issuer) {
  const url = new URL(`${issuer.replace(/\/$/, '')}/.well-known/jwks.json`);
  // Whoever can change the keys on their way can make tokens.
  if (url.protocol !== 'https:' && !['localhost', '127.0.0.1', '[::1]'].includes(url.hostname)) {
    throw new Error(`ISSUER must be https: ${issuer}`);
  }
  const remote = createRemoteJWKSet(url, { cacheMaxAge: 600_000, cooldownDuration: 30_000, timeoutDuration: 5_000 });
  return async (header, token) => {
    try {
      return await remote(header, token);
    } catch (cause) {
      // Keys are there, and none is the token's. Everything else is a failure to get keys, and no fault of the token.
      if (cause instanceof errors.JWKSNoMatchingKey || cause instanceof errors.JWKSMultipleMatchingKeys) throw cause;
      throw new AccessError(503, 'The keys of the issuer cannot be fetched', { cause });
    }
  };
}
