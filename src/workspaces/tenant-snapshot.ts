import { type TenantState } from '../common/credential/usable.js';

/** An account or a workspace as memory holds it. */
export interface TenantSnapshot extends TenantState {
  /** The account itself, or the one that the workspace is part of. */
  readonly accountId: string;
}

/** Freezes what was read; a workspace has no status of its own. */
export function tenantSnapshot(read: {
  accountId: string;
  status?: 'active' | 'suspended';
  endedAt: Date | null;
}): TenantSnapshot {
  return Object.freeze({
    accountId: read.accountId,
    status: read.status ?? 'active',
    endedAt: read.endedAt?.getTime() ?? null,
  });
}
