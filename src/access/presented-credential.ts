import { type FastifyRequest } from 'fastify';
import { DomainError } from '../common/errors/domain.error.js';

/** What is no token at all. */
const MALFORMED = { reason: 'malformed', jti: null, holder: null } as const;

const BEARER_SCHEME = /^bearer/i;
/** One space, then token68 (RFC 6750 §2.1, RFC 9110 §11.2). */
const BEARER_CREDENTIAL = /^bearer [A-Za-z0-9._~+/-]+=*$/i;

/** Whether a request has a header that is there to show a credential. */
export function showsCredential({ raw: { headersDistinct } }: FastifyRequest): boolean {
  return headersDistinct.authorization !== undefined || headersDistinct['x-api-key'] !== undefined;
}

/**
 * Sees to it that a request shows exactly one credential, in the header, as a well-formed bearer token. The passport
 * strategy would not tell malformed from missing. One in the URL was refused at the edge.
 * @throws DomainError `invalid` for several credentials; `unauthenticated` for none or a malformed one
 * @see RFC 6750 §2, §3.1
 */
export function requireOneBearer(request: FastifyRequest): void {
  // Node keeps the first of two Authorization headers and drops the second in silence.
  const { authorization = [], 'x-api-key': apiKey = [] } = request.raw.headersDistinct;
  if (authorization.length + apiKey.length > 1) throw DomainError.invalid('Send one credential, once');
  if (apiKey.length > 0) throw DomainError.unauthenticated('invalid_token', 'unknown API key', MALFORMED);
  const [header = ''] = authorization;
  if (!BEARER_SCHEME.test(header)) throw DomainError.unauthenticated(null, 'no bearer credential');
  if (!BEARER_CREDENTIAL.test(header))
    throw DomainError.unauthenticated('invalid_token', 'malformed bearer credential', MALFORMED);
}
