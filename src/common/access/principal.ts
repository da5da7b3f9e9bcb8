import { type Level } from '../oauth/vocabulary.js';

/** Where a principal stands: the only source of a tenant id. */
export interface Standing {
  readonly level: Level;
  /** Null at platform level. */
  readonly accountId: string | null;
  /** Null but at workspace level. */
  readonly workspaceId: string | null;
}

/** Where a request came from, for the audit trail. */
export interface Origin {
  readonly requestId: string;
  /** The caller's address, as far as the trusted proxies tell. */
  readonly address: string;
}

/** What a principal was decided on: without it nothing is done in PostgreSQL for them. */
export interface Grounds {
  /** The ledger's position that this process had reached, by a proof asked for after the request arrived. */
  readonly position: number;
  /** The entries of the ledger that would end the principal. */
  readonly names: readonly LedgerName[];
}

/** What names an entry of the ledger: a cut's subject, a token's `jti`, a key's `kid`. */
export interface LedgerName {
  readonly kind: 'cut' | 'jti' | 'kid';
  readonly subject: string;
}

/** Whoever a request is authenticated as. */
export interface Principal extends Standing {
  readonly type: 'client' | 'user' | 'system';
  readonly id: string;
  readonly role: string;
  /** Management scopes, containment written out. */
  readonly scopes: readonly string[];
  /** When the credential that was presented ends, epoch milliseconds; null for the service itself. */
  readonly expiresAt: number | null;
  /** The user to whom new objects are attributed (`X-User-Id`); it grants nothing. */
  readonly onBehalfOf?: string;
  /** The `jti` of the token that was presented. */
  readonly tokenId?: string;
  /** Null for the service itself, and where memory alone answers. */
  readonly grounds: Grounds | null;
  /** Left out for what the service does by itself. */
  readonly origin?: Origin;
}

/** Who is named as the maker of an object: the user that the principal acts for, or the principal. */
export function makerOf({ onBehalfOf, id }: Principal): string {
  return onBehalfOf ?? id;
}

/** The service itself, at start and in its own upkeep. */
export const SYSTEM: Principal = Object.freeze({
  type: 'system',
  id: 'system',
  level: 'platform',
  accountId: null,
  workspaceId: null,
  role: 'system',
  scopes: ['read', 'write', 'admin'],
  expiresAt: null,
  grounds: null,
});
