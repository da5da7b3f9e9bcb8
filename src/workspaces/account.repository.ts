import { type EntityManager } from 'typeorm';
import { type Directory } from '../database/feed/directory.js';
import { type Loaded } from '../database/feed/memory.js';
import { Account } from './account.entity.js';
import { tenantSnapshot, type TenantSnapshot } from './tenant-snapshot.js';

interface AccountRow {
  head: string;
  id: string | null;
  status: 'active' | 'suspended';
  ended_at: Date | null;
}

/** The table of accounts. */
export class AccountRepository {
  constructor(private readonly manager: EntityManager) {}

  /** Adds an account. */
  async insert(account: Account): Promise<void> {
    await this.manager.insert(Account, account);
  }

  /** The oldest account, which the first start made; null in an empty database. */
  findFirst(): Promise<Account | null> {
    return this.manager.findOne(Account, { where: {}, order: { id: 'ASC' } });
  }

  /** Snapshots by id, and the ledger's head, in one statement. */
  async read(ids: string[], directory: Directory<TenantSnapshot>): Promise<Loaded> {
    const rows = await this.manager.query<AccountRow[]>(
      `select head.position as head, account.id, account.status, account.ended_at
       from ledger_head head left join accounts account on account.id = any($1)`,
      [ids],
    );
    const entries = rows.flatMap(({ id, status, ended_at }) =>
      id === null ? [] : [directory.entry(id, tenantSnapshot({ accountId: id, status, endedAt: ended_at }))],
    );
    return { head: Number(rows[0]?.head), entries };
  }
}
