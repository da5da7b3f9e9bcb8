import { OAuthError } from '../common/errors/oauth.error.js';
import { type ClientSnapshot } from '../clients/client-snapshot.js';
import { type ResourceServerSet, type ResourceServerSnapshot } from '../resource-servers/resource-server-set.js';
import { type Parameters } from './parameters.js';

/** One text for a target that is unknown and one that is not the client's: nobody learns which APIs there are. */
const notAvailable = (detail: string): OAuthError => OAuthError.invalidTarget('The audience is not available', detail);

/**
 * The identifier that a request asks for, by `audience` or `resource`, or null.
 * @throws OAuthError `invalid_target` for a resource that is no absolute URI, or two names that disagree
 * @see RFC 8707 §2
 */
export function requestedTarget({ audience, resource }: Parameters): string | null {
  if (resource !== undefined && !isAbsoluteUri(resource)) {
    throw OAuthError.invalidTarget('The resource must be an absolute URI without fragment');
  }
  if (audience !== undefined && resource !== undefined && audience !== resource) {
    throw OAuthError.invalidTarget('audience and resource name different APIs');
  }
  return audience ?? resource ?? null;
}

/**
 * The resource server that the token is for: the one asked for, else the client's default, else its only one.
 * @throws OAuthError `invalid_target`
 * @see RFC 8707 §2, RFC 9068 §3
 */
export function resolveTarget(
  client: ClientSnapshot,
  servers: ResourceServerSet,
  requested: string | null,
): ResourceServerSnapshot {
  if (requested !== null) {
    const server = servers.named(requested);
    if (!server || !client.audiences.includes(server.id)) throw notAvailable('unknown, or not granted to the client');
    return server;
  }
  const byDefault = client.defaultAudience === null ? null : servers.get(client.defaultAudience);
  if (byDefault) return byDefault;
  const [only, ...others] = client.audiences.map((id) => servers.get(id)).filter((server) => server !== null);
  if (!only || others.length > 0) throw OAuthError.invalidTarget('The request must name an audience');
  return only;
}

/** Far longer than any identifier. A host name is normalised as it is parsed, at the square of its length. */
const MAX_URI_LENGTH = 2048;

/** RFC 3986 §4.3: ASCII without white space. */
function isAbsoluteUri(value: string): boolean {
  return value.length <= MAX_URI_LENGTH && /^[A-Za-z][A-Za-z0-9+.-]*:[!-"$-~]+$/.test(value) && URL.canParse(value);
}
