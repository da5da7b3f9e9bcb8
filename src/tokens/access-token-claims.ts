/**
 * The claims of an access token.
 * @see RFC 9068 §2.2
 */
export interface AccessTokenClaims {
  readonly iss: string;
  readonly sub: string;
  readonly aud: string;
  readonly client_id: string;
  /** Epoch seconds, whole (as is `exp`). */
  readonly iat: number;
  readonly exp: number;
  readonly jti: string;
  /** Left out where nothing was granted (RFC 6749 §3.3 knows no empty scope). */
  readonly scope?: string;
  readonly roles: readonly string[];
  readonly account_id?: string;
  readonly workspace_id?: string;
  /** The position that the minter had reached: a later cut of one of the token's subjects ends it. */
  readonly rev: number;
}
