import { type Level } from '../oauth/vocabulary.js';

/** Where a principal stands: the only source of a tenant id. */
export interface Standing {
  readonly level: Level;
  /** Null at platform level. */
  readonly accountId: string | null;
  /** Null but at workspace level. */
  readonly workspaceId: string | null;
}

/** Whoever a request is authenticated as. */
export interface Principal extends Standing {
  readonly type: 'client' | 'system';
  readonly id: string;
  readonly role: string;
  /** Management scopes, containment written out. */
  readonly scopes: readonly string[];
  /** When the credential that was presented ends, epoch milliseconds; null for the service itself. */
  readonly expiresAt: number | null;
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
});
