import { type AuthenticatedClient } from '../../clients/client-authenticator.js';
import { type ActiveKey } from '../../keys/key-ring.js';
import { type ResourceServerSnapshot } from '../../resource-servers/resource-server-set.js';
import { type TokenAuthorization } from '../../tokens/token-authorization.js';

/** What the endpoint has settled before a grant is asked; all of it from one moment. */
export interface GrantContext {
  readonly issuer: string;
  readonly authenticated: AuthenticatedClient;
  readonly resourceServer: ResourceServerSnapshot;
  readonly scopes: readonly string[];
  /** Life of a token for this resource server, seconds. */
  readonly ttlSeconds: number;
  readonly key: ActiveKey;
  /** The ledger's position that this process has reached. */
  readonly rev: number;
  /** Epoch milliseconds. */
  readonly nowMs: number;
}

/** A grant: it decides what the token says, from values alone. What every grant needs checked, the endpoint has checked. */
export abstract class Grant {
  /** The value of `grant_type`. */
  abstract readonly grantType: string;

  /** @throws OAuthError by what is particular to the grant */
  abstract authorize(context: GrantContext): TokenAuthorization;
}
