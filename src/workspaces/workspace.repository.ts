import { type EntityManager, IsNull } from 'typeorm';
import { type Directory } from '../database/feed/directory.js';
import { type Loaded } from '../database/feed/memory.js';
import { tenantSnapshot, type TenantSnapshot } from './tenant-snapshot.js';
import { Workspace } from './workspace.entity.js';

interface WorkspaceRow {
  head: string;
  id: string | null;
  account_id: string;
  ended_at: Date | null;
}

/** The table of workspaces. */
export class WorkspaceRepository {
  constructor(private readonly manager: EntityManager) {}

  /** Adds a workspace; a slug that the account has already violates `workspaces_slug`. */
  async insert(workspace: Workspace): Promise<void> {
    await this.manager.insert(Workspace, workspace);
  }

  /** A living workspace, or null. */
  find(id: string): Promise<Workspace | null> {
    return this.manager.findOneBy(Workspace, { id, endedAt: IsNull() });
  }

  /** A living workspace by its name in the account, or null. */
  findBySlug(accountId: string, slug: string): Promise<Workspace | null> {
    return this.manager.findOneBy(Workspace, { accountId, slug, endedAt: IsNull() });
  }

  /** Snapshots by id, and the ledger's head, in one statement. */
  async read(ids: string[], directory: Directory<TenantSnapshot>): Promise<Loaded> {
    const rows = await this.manager.query<WorkspaceRow[]>(
      `select head.position as head, workspace.id, workspace.account_id, workspace.ended_at
       from ledger_head head left join workspaces workspace on workspace.id = any($1)`,
      [ids],
    );
    const entries = rows.flatMap(({ id, account_id, ended_at }) =>
      id === null ? [] : [directory.entry(id, tenantSnapshot({ accountId: account_id, endedAt: ended_at }))],
    );
    return { head: Number(rows[0]?.head), entries };
  }
}
