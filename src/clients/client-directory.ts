import { Injectable } from '@nestjs/common';
import { Clock } from '../common/clock.js';
import { type UnusableReason, whyUnusable } from '../common/credential/usable.js';
import { Directory } from '../database/feed/directory.js';
import { type Loaded, type LoadedEntry, Memory } from '../database/feed/memory.js';
import { OwnerAccess } from '../database/owner-access.js';
import { Tenants } from '../workspaces/tenants.js';
import { tenantSnapshot } from '../workspaces/tenant-snapshot.js';
import { type ClientRow, clientSnapshot, type ClientSnapshot } from './client-snapshot.js';
import { ClientRepository } from './client.repository.js';

const CAPACITY = 50_000;

/** The clients in memory, and the gate that says whether one may be used. */
@Injectable()
export class ClientDirectory {
  private readonly directory: Directory<ClientSnapshot>;

  constructor(
    memory: Memory,
    private readonly clock: Clock,
    private readonly owner: OwnerAccess,
    private readonly tenants: Tenants,
  ) {
    this.directory = new Directory<ClientSnapshot>(memory, clock, {
      kind: 'client',
      capacity: CAPACITY,
      read: (ids) => this.read(ids),
    });
  }

  /** A client, or null; inside a decision. */
  get(id: string): ClientSnapshot | null {
    return this.directory.get(id);
  }

  /** Why the client, its workspace or its account cannot be used now, or null; inside a decision. */
  whyUnusable(client: ClientSnapshot): UnusableReason | null {
    const { workspaceId, accountId } = client;
    const workspace = workspaceId === null ? undefined : this.tenants.workspaces.get(workspaceId);
    const account = accountId === null ? undefined : this.tenants.accounts.get(accountId);
    return whyUnusable(client, workspace, account, this.clock.now());
  }

  private async read(ids: string[]): Promise<Loaded> {
    const rows = await this.owner.repository(ClientRepository).read(ids, this.clock.date());
    return {
      head: Number(rows[0]?.head),
      entries: rows.flatMap((row) => (row.id === null ? [] : this.entries(row.id, row))),
    };
  }

  /** A client comes with its tenants, so that a cold one costs one statement. */
  private entries(id: string, row: ClientRow): LoadedEntry[] {
    const entries = [this.directory.entry(id, clientSnapshot(id, row))];
    const { account_id: accountId, workspace_id: workspaceId, account_status: status } = row;
    if (accountId === null || status === null) return entries;
    const account = tenantSnapshot({ accountId, status, endedAt: row.account_ended_at });
    entries.push(this.tenants.accounts.entry(accountId, account));
    if (workspaceId === null) return entries;
    const workspace = tenantSnapshot({ accountId, endedAt: row.workspace_ended_at });
    entries.push(this.tenants.workspaces.entry(workspaceId, workspace));
    return entries;
  }
}
