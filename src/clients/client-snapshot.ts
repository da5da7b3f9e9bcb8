import { type HolderState } from '../common/credential/usable.js';
import { type Level } from '../common/oauth/vocabulary.js';

/** A secret as memory holds it. */
export interface SecretSnapshot {
  readonly id: string;
  readonly pepperId: string;
  readonly hash: Buffer;
  /** Epoch milliseconds; null for a secret without end. */
  readonly expiresAt: number | null;
}

/** A client as memory holds it: what it is, and its secrets that have not ended. */
export interface ClientSnapshot extends HolderState {
  readonly id: string;
  readonly level: Level;
  readonly accountId: string | null;
  readonly workspaceId: string | null;
  readonly role: string;
  /** Ids of resource servers, in the client's order. */
  readonly audiences: readonly string[];
  readonly defaultAudience: string | null;
  readonly secrets: readonly SecretSnapshot[];
}

/** A row of the one statement that loads clients with their tenants. */
export interface ClientRow {
  head: string;
  id: string | null;
  level: Level;
  account_id: string | null;
  workspace_id: string | null;
  role: string;
  expires_at: Date | null;
  ended_at: Date | null;
  account_status: 'active' | 'suspended' | null;
  account_ended_at: Date | null;
  workspace_ended_at: Date | null;
  audiences: { id: string; isDefault: boolean }[];
  secrets: { id: string; pepperId: string; hash: string; expiresAtMs: number | null }[];
}

/** Freezes what was read. */
export function clientSnapshot(id: string, row: ClientRow): ClientSnapshot {
  return Object.freeze({
    id,
    level: row.level,
    accountId: row.account_id,
    workspaceId: row.workspace_id,
    role: row.role,
    endedAt: row.ended_at?.getTime() ?? null,
    expiresAt: row.expires_at?.getTime() ?? null,
    audiences: row.audiences.map((audience) => audience.id),
    defaultAudience: row.audiences.find((audience) => audience.isDefault)?.id ?? null,
    secrets: row.secrets.map(({ id: secretId, pepperId, hash, expiresAtMs }) => ({
      id: secretId,
      pepperId,
      hash: Buffer.from(hash, 'base64'),
      expiresAt: expiresAtMs,
    })),
  });
}
