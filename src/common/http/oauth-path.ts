import { type FastifyRequest } from 'fastify';

/**
 * Whether a request is for an OAuth endpoint. The route that was found decides where the path as it was written does
 * not: `/%6Fauth/token` and absolute-form reach the same handler, and must not escape its rules.
 * @param issuerPath what everything is served under
 */
export function isOAuthRequest(request: FastifyRequest, issuerPath: string): boolean {
  const prefix = `${issuerPath}/oauth/`;
  return (request.raw.url ?? '').startsWith(prefix) || (request.routeOptions.url ?? '').startsWith(prefix);
}
