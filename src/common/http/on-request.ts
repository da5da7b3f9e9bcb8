import { type onRequestHookHandler } from 'fastify';
import { credentialInQuery } from './credential-in-query.js';
import { EdgeError } from './edge.error.js';
import { type EdgeOptions } from './edge-options.js';
import { isOAuthRequest } from './oauth-path.js';
import { lacksHttps } from './require-https.js';
import { securityHeaders } from './security-headers.js';

/** The one hook at the head of every request: the fixed headers, then what is refused without looking further. */
export function onRequest(edge: EdgeOptions): onRequestHookHandler {
  const headers = securityHeaders(edge.issuer);
  return (request, reply, done) => {
    void reply.headers(isOAuthRequest(request, edge.issuerPath) ? headers.oauth : headers.other);
    void reply.header('x-request-id', request.id);
    if (lacksHttps(request, edge)) done(EdgeError.httpsRequired());
    // Here, since the body of a request for nothing is not worth reading.
    else if (request.is404) done(EdgeError.notFound());
    else if (isManagement(request.routeOptions.url, edge) && credentialInQuery(request))
      done(EdgeError.credentialInUrl());
    else done();
  };
}

/** Where a credential in the URL is refused before anything else is looked at (RFC 9700 §4.3.2). */
function isManagement(url: string | undefined, { issuerPath }: EdgeOptions): boolean {
  return url !== undefined && [`${issuerPath}/v1/`, `${issuerPath}/auth/`].some((prefix) => url.startsWith(prefix));
}
