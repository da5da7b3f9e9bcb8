/** Why a bearer token was refused, in the words of the audit trail. */
export type TokenRefusalReason =
  | 'malformed'
  | 'wrong_type'
  | 'wrong_issuer'
  | 'wrong_audience'
  | 'expired'
  | 'unknown_key'
  | 'bad_signature'
  | 'revoked'
  | 'unknown_owner'
  | 'owner_deactivated'
  | 'tenant_suspended';

/** Whoever a token was issued to, as the token or memory says; null and null is the platform's. */
export interface TokenHolder {
  readonly type: 'client' | 'user';
  readonly id: string;
  readonly accountId: string | null;
  readonly workspaceId: string | null;
}

/** A bearer token that was refused; for the audit trail, never for the caller. */
export interface TokenRefusal {
  readonly reason: TokenRefusalReason;
  /** As the token says; null where it could not be read. */
  readonly jti: string | null;
  /** Null unless the token's signature was verified before: what a forged one says proves nothing. */
  readonly holder: TokenHolder | null;
}
