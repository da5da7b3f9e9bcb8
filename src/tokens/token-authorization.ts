import { type TokenTyp } from '../common/oauth/vocabulary.js';
import { type ActiveKey } from '../keys/key-ring.js';

/** What a grant has decided: everything that a token says, and the key that says it. */
export interface TokenAuthorization {
  readonly issuer: string;
  readonly subject: string;
  readonly clientId: string;
  readonly audience: string;
  /** Containment written out; empty for a token without `scope`. */
  readonly scopes: readonly string[];
  readonly roles: readonly string[];
  /** Null for a platform client. */
  readonly accountId: string | null;
  /** Null but for a workspace client. */
  readonly workspaceId: string | null;
  /** Epoch seconds, whole. */
  readonly issuedAt: number;
  /** Epoch seconds, whole. */
  readonly expiresAt: number;
  /** The ledger's position that this process had reached when it read what the token says. */
  readonly rev: number;
  readonly typ: TokenTyp;
  readonly key: ActiveKey;
}
