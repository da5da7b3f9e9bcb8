import { type OAuthErrorCode } from '../errors/oauth.error.js';
import { type ErrorBody } from './error-bodies/error-body.js';
import { type Fault } from './fault.js';

/** An error as it goes over the wire. */
export interface ErrorAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Readonly<Record<string, unknown>>;
}

/** What an error_description must not have (RFC 6749 §5.2). */
const NOT_IN_DESCRIPTION = /[^\x20\x21\x23-\x5B\x5D-\x7E]/g;
/** The statuses that keep their meaning at the OAuth endpoints; whatever else is malformed there is 400. */
const OAUTH_STATUSES: readonly number[] = [400, 401, 403, 404, 405, 413, 429, 500, 503];

/**
 * The answer of an OAuth endpoint.
 * @param issuer the realm of the challenge
 * @see RFC 6749 §5.2
 */
export function oauthAnswer(fault: Fault, issuer: string): ErrorAnswer {
  const status = OAUTH_STATUSES.includes(fault.status) ? fault.status : 400;
  return {
    status,
    headers: {
      ...commonHeaders(fault),
      // RFC 9110 §15.5.2: every 401 has a challenge. RFC 6749 §5.2: of the scheme that the client can use.
      ...(status === 401 && { 'www-authenticate': `Basic realm="${issuer}"` }),
    },
    body: {
      error: fault.oauthError ?? oauthErrorOf(status),
      error_description: fault.message.replace(NOT_IN_DESCRIPTION, '?'),
    },
  };
}

function oauthErrorOf(status: number): OAuthErrorCode {
  if (status === 401) return 'invalid_client';
  if (status === 429 || status === 503) return 'temporarily_unavailable';
  return status >= 500 ? 'server_error' : 'invalid_request';
}

/**
 * The answer of everything else.
 * @param issuer the realm of the challenge
 * @see RFC 6750 §3
 */
export function apiAnswer(fault: Fault, issuer: string, body: ErrorBody, requestId: string): ErrorAnswer {
  const error = fault.challenge ? `, error="${fault.challenge}"` : '';
  return {
    status: fault.status,
    headers: {
      ...commonHeaders(fault),
      // RFC 6750 §3: on every 401, and on 403 where a scope is missing.
      ...((fault.status === 401 || error !== '') && { 'www-authenticate': `Bearer realm="${issuer}"${error}` }),
    },
    body: body.write(fault, requestId),
  };
}

function commonHeaders({ allow, retryAfterSeconds }: Fault): Record<string, string> {
  return {
    ...(allow !== undefined && { allow }),
    ...(retryAfterSeconds !== undefined && { 'retry-after': String(Math.max(1, Math.ceil(retryAfterSeconds))) }),
  };
}
