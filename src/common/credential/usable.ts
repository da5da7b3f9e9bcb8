/** What the gate asks of whoever presents a credential: a client, or a person, who never expires. */
export interface HolderState {
  readonly endedAt: number | null;
  readonly expiresAt: number | null;
}

/** What the gate asks of the account or workspace above it. */
export interface TenantState {
  readonly status: 'active' | 'suspended';
  readonly endedAt: number | null;
}

/** Why a credential cannot be used; for the log, never for the caller. */
export type UnusableReason =
  'deactivated' | 'expired' | 'workspace ended' | 'account suspended' | 'account ended' | 'tenant unknown';

/** A tenant above the holder: its state, null if there is no such tenant, undefined where the holder's level has none. */
type Tenant = TenantState | null | undefined;

/**
 * The one gate: whether a client or person, and everything above, may be used now. Every path that authenticates asks it.
 * @param nowMs epoch milliseconds, from the Clock
 * @returns null if usable, otherwise the reason
 */
export function whyUnusable(
  holder: HolderState,
  workspace: Tenant,
  account: Tenant,
  nowMs: number,
): UnusableReason | null {
  if (holder.endedAt !== null) return 'deactivated';
  if (holder.expiresAt !== null && holder.expiresAt <= nowMs) return 'expired';
  if (workspace === null || account === null) return 'tenant unknown';
  if (typeof workspace?.endedAt === 'number') return 'workspace ended';
  if (typeof account?.endedAt === 'number') return 'account ended';
  if (account?.status === 'suspended') return 'account suspended';
  return null;
}
