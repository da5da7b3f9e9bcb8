import { type FastifyRequest } from 'fastify';
import { type EdgeOptions } from './edge-options.js';

/**
 * Whether a request came over plain HTTP where that is refused. Health checks are let through: probes hold no secret
 * and often speak HTTP only. X-Forwarded-Proto counts only from a configured proxy, which Fastify sees to.
 * @see RFC 6749 §3.2
 */
export function lacksHttps(
  request: Pick<FastifyRequest, 'protocol'> & { readonly raw: { readonly url?: string | undefined } },
  { requireHttps, issuerPath }: Pick<EdgeOptions, 'requireHttps' | 'issuerPath'>,
): boolean {
  if (!requireHttps || request.protocol.toLowerCase() === 'https') return false;
  return !(request.raw.url ?? '').startsWith(`${issuerPath}/health/`);
}
