import { type HolderState } from '../common/credential/usable.js';

/** A person as memory holds it. */
export interface UserSnapshot extends HolderState {
  readonly id: string;
  /** The account whose row it is, even at platform level. */
  readonly accountId: string;
  readonly workspaceId: string | null;
  readonly role: string;
}

/** A row of the one statement that loads people with their tenants. */
export interface UserRow {
  head: string;
  id: string | null;
  account_id: string;
  workspace_id: string | null;
  role: string;
  ended_at: Date | null;
  account_status: 'active' | 'suspended';
  account_ended_at: Date | null;
  workspace_ended_at: Date | null;
}

/** Freezes what was read. A person never expires. */
export function userSnapshot(id: string, row: UserRow): UserSnapshot {
  return Object.freeze({
    id,
    accountId: row.account_id,
    workspaceId: row.workspace_id,
    role: row.role,
    endedAt: row.ended_at?.getTime() ?? null,
    expiresAt: null,
  });
}
