import { OAuthError } from '../../common/errors/oauth.error.js';
import { decodeUtf8 } from '../../common/http/utf8.js';
import {
  type AuthenticationInput,
  type ClaimedClient,
  ClientAuthenticationMethod,
} from './client-authentication-method.js';

const SCHEME = /^basic(?= |$)/i;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}(?:==)?|[A-Za-z0-9+/]{3}=?)?$/;

const malformed = (): OAuthError => OAuthError.invalidRequest('The Authorization header is malformed');

/** `client_secret_basic`: id and secret, each form-urlencoded, in HTTP Basic (RFC 6749 §2.3.1). */
export class ClientSecretBasicMethod extends ClientAuthenticationMethod {
  readonly name = 'client_secret_basic';

  parse({ authorization, clientId }: AuthenticationInput): ClaimedClient | null {
    if (authorization === undefined) return null;
    if (!SCHEME.test(authorization)) throw OAuthError.invalidClient('authorization scheme other than Basic');
    const claimed = decode(authorization.slice('basic'.length).replace(/^ +/, ''));
    // RFC 6749 §2.3.1: a client_id in the body may stay, but there is one client only.
    if (clientId !== undefined && clientId !== claimed.clientId) {
      throw OAuthError.invalidRequest('The client_id is not the one in the Authorization header');
    }
    return claimed;
  }
}

function decode(encoded: string): ClaimedClient {
  if (encoded === '' || !BASE64.test(encoded)) throw malformed();
  const text = decodeUtf8(Buffer.from(encoded, 'base64'));
  if (text === null) throw malformed();
  // RFC 7617 §2: the first colon parts them; ids have none, secrets may.
  const colon = text.indexOf(':');
  if (colon < 0) throw malformed();
  return { clientId: formDecode(text.slice(0, colon)), secret: formDecode(text.slice(colon + 1)) };
}

/** RFC 6749 appendix B. */
function formDecode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    throw malformed();
  }
}
