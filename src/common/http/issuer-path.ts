import { type IncomingMessage } from 'node:http';

/** The documents that RFC 8414 §3.1 finds by inserting the well-known path before the issuer's. */
const INSERTED = ['/.well-known/oauth-authorization-server', '/.well-known/openid-configuration'];
const HEALTH = ['/health/live', '/health/ready'];

/**
 * Maps the paths that lie outside an issuer's path to those within: the metadata documents in RFC 8414's form, and the
 * health checks, which whoever probes a machine asks at its root.
 * @param issuerPath empty (nothing to map), or `/t1`
 * @see RFC 8414 §3.1
 */
export function issuerPathRewriter(
  issuerPath: string,
): ((request: Pick<IncomingMessage, 'url'>) => string) | undefined {
  if (issuerPath === '') return undefined;
  const within = new Map([
    ...INSERTED.map((path) => [path + issuerPath, issuerPath + path] as const),
    ...HEALTH.map((path) => [path, issuerPath + path] as const),
  ]);
  return ({ url = '' }) => {
    const path = url.split('?', 1)[0] ?? '';
    const mapped = within.get(path);
    return mapped === undefined ? url : mapped + url.slice(path.length);
  };
}
