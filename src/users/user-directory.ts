import { Injectable } from '@nestjs/common';
import { type Grounds, type Standing } from '../common/access/principal.js';
import { Clock } from '../common/clock.js';
import { type UnusableReason, whyUnusable } from '../common/credential/usable.js';
import { Directory } from '../database/feed/directory.js';
import { type Loaded, type LoadedEntry, Memory } from '../database/feed/memory.js';
import { OwnerAccess } from '../database/owner-access.js';
import { Ledger } from '../revocations/ledger.js';
import { cutSubject } from '../revocations/subject.js';
import { type RoleSnapshot } from '../roles/role.repository.js';
import { Roles } from '../roles/roles.js';
import { Tenants } from '../workspaces/tenants.js';
import { tenantSnapshot } from '../workspaces/tenant-snapshot.js';
import { type UserRow, userSnapshot, type UserSnapshot } from './user-snapshot.js';
import { UserRepository } from './user.repository.js';

const CAPACITY = 50_000;

/** The people in memory, where they stand, and the gate that says whether one may act. */
@Injectable()
export class UserDirectory {
  private readonly directory: Directory<UserSnapshot>;

  constructor(
    memory: Memory,
    private readonly clock: Clock,
    private readonly owner: OwnerAccess,
    private readonly tenants: Tenants,
    private readonly roles: Roles,
    private readonly ledger: Ledger,
  ) {
    this.directory = new Directory<UserSnapshot>(memory, clock, {
      kind: 'user',
      capacity: CAPACITY,
      read: (ids) => this.read(ids),
    });
  }

  /** A person, or null; inside a decision. */
  get(id: string): UserSnapshot | null {
    return this.directory.get(id);
  }

  /** A person's present role; inside a decision. */
  roleOf({ role }: UserSnapshot): RoleSnapshot {
    const found = this.roles.get(role);
    // A role in use cannot be deleted.
    if (!found) throw new Error(`The role ${role} is not there`);
    return found;
  }

  /** Where a person stands: the platform's own in no account, whatever their row says. Inside a decision. */
  standingOf(user: UserSnapshot): Standing {
    const { level } = this.roleOf(user);
    if (level === 'platform') return { level, accountId: null, workspaceId: null };
    return { level, accountId: user.accountId, workspaceId: user.workspaceId };
  }

  /** What would end a person who has shown who they are without a token; inside a decision. */
  groundsOf({ id, accountId, workspaceId }: UserSnapshot): Grounds {
    const subjects = [cutSubject('user', id), cutSubject('account', accountId)];
    if (workspaceId !== null) subjects.push(cutSubject('workspace', workspaceId));
    return { position: this.ledger.reached, names: subjects.map((subject) => ({ kind: 'cut', subject })) };
  }

  /** Why the person, their workspace or their account cannot be used now, or null; inside a decision. */
  whyUnusable(user: UserSnapshot): UnusableReason | null {
    const { workspaceId, accountId } = user;
    const workspace = workspaceId === null ? undefined : this.tenants.workspaces.get(workspaceId);
    return whyUnusable(user, workspace, this.tenants.accounts.get(accountId), this.clock.now());
  }

  private async read(ids: string[]): Promise<Loaded> {
    const rows = await this.owner.repository(UserRepository).read(ids);
    return {
      head: Number(rows[0]?.head),
      entries: rows.flatMap((row) => (row.id === null ? [] : this.entries(row.id, row))),
    };
  }

  /** A person comes with their tenants, so that a cold one costs one statement. */
  private entries(id: string, row: UserRow): LoadedEntry[] {
    const { account_id: accountId, workspace_id: workspaceId, account_status: status } = row;
    const account = tenantSnapshot({ accountId, status, endedAt: row.account_ended_at });
    const entries = [this.directory.entry(id, userSnapshot(id, row)), this.tenants.accounts.entry(accountId, account)];
    if (workspaceId === null) return entries;
    const workspace = tenantSnapshot({ accountId, endedAt: row.workspace_ended_at });
    return [...entries, this.tenants.workspaces.entry(workspaceId, workspace)];
  }
}
