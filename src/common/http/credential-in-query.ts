import { type FastifyRequest } from 'fastify';

const NAMES = new Set(['access_token', 'token', 'api_key', 'apikey', 'x-api-key', 'client_secret']);

/**
 * Whether the query string has a parameter that is there to hold a credential, whatever its case and value, and as an element of a list, too.
 * @see RFC 6750 §2.3, RFC 9700 §4.3.2: URLs end up in logs and histories
 */
export function credentialInQuery(request: Pick<FastifyRequest, 'query'>): boolean {
  return Object.keys(request.query ?? {}).some((name) => NAMES.has(name.toLowerCase().replace(/\[.*$/s, '')));
}
