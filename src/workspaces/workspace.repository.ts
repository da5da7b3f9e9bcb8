import { type EntityManager, IsNull, LessThan } from 'typeorm';
import { type Directory } from '../database/feed/directory.js';
import { type Loaded } from '../database/feed/memory.js';
import { type Page } from '../database/page.js';
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

  /** The same, locked until the end of the transaction. */
  lock(id: string): Promise<Workspace | null> {
    return this.manager.findOne(Workspace, { where: { id, endedAt: IsNull() }, lock: { mode: 'for_no_key_update' } });
  }

  /** The living workspaces of an account, newest first. */
  list(accountId: string, { after, limit }: Page): Promise<Workspace[]> {
    const where = { accountId, endedAt: IsNull(), ...(after !== null && { id: LessThan(after) }) };
    return this.manager.find(Workspace, { where, order: { id: 'DESC' }, take: limit });
  }

  /** The first workspace of an account, living or not; or null. */
  findFirst(accountId: string): Promise<Workspace | null> {
    return this.manager.findOne(Workspace, { where: { accountId }, order: { id: 'ASC' } });
  }

  /** Writes a workspace that was locked; a slug that the account has already violates `workspaces_slug`. */
  async save(workspace: Workspace): Promise<void> {
    const { id, name, slug, updatedAt, version } = workspace;
    await this.manager.update(Workspace, { id }, { name, slug, updatedAt, version });
  }

  /** Ends a workspace for good; its slug is free again. */
  async end(id: string, ended: { at: Date; by: string; reason: string }): Promise<void> {
    const { at, by, reason } = ended;
    await this.manager.update(
      Workspace,
      { id, endedAt: IsNull() },
      { endedAt: at, endedBy: by, endedReason: reason, updatedAt: at, version: () => 'version + 1' },
    );
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
