import { OAuthError } from '../../common/errors/oauth.error.js';
import {
  type AuthenticationInput,
  type ClaimedClient,
  ClientAuthenticationMethod,
} from './client-authentication-method.js';

/** `client_secret_post`: id and secret in the body, form or JSON (RFC 6749 §2.3.1). */
export class ClientSecretPostMethod extends ClientAuthenticationMethod {
  readonly name = 'client_secret_post';

  parse({ clientId, clientSecret }: AuthenticationInput): ClaimedClient | null {
    if (clientSecret === undefined) return null;
    if (clientId === undefined) throw OAuthError.invalidRequest('client_secret comes without client_id');
    return { clientId, secret: clientSecret };
  }
}
