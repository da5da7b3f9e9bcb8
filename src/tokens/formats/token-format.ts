import { type Abandoned } from '../../keys/signers/signer.js';
import { type TokenAuthorization } from '../token-authorization.js';

/** The port to a way of writing access tokens. */
export abstract class TokenFormat {
  /**
   * Writes the token that an authorization describes; two calls never make the same one.
   * @param abandoned asked before costly work: whether whoever asked has gone
   * @throws OAuthError `temporarily_unavailable` when more signatures are waiting than can be made soon
   * @throws AbandonedError when whoever asked has gone
   */
  abstract mint(authorization: TokenAuthorization, abandoned?: Abandoned): Promise<string>;
}
