import { type EntityManager, LessThan } from 'typeorm';
import { type Directory } from '../database/feed/directory.js';
import { type Loaded } from '../database/feed/memory.js';
import { type Page } from '../database/page.js';
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

  /** Writes an account that was locked. */
  async save(account: Account): Promise<void> {
    const { id, name, plan, status, updatedAt, version } = account;
    await this.manager.update(Account, { id }, { name, plan, status, updatedAt, version });
  }

  /** One account, or null; another tenant's is null too. */
  find(id: string): Promise<Account | null> {
    return this.manager.findOneBy(Account, { id });
  }

  /** The same, locked until the end of the transaction. */
  lock(id: string): Promise<Account | null> {
    return this.manager.findOne(Account, { where: { id }, lock: { mode: 'for_no_key_update' } });
  }

  /** Newest first. */
  list({ after, limit }: Page): Promise<Account[]> {
    const where = after === null ? {} : { id: LessThan(after) };
    return this.manager.find(Account, { where, order: { id: 'DESC' }, take: limit });
  }

  /** The oldest account, which the first start made; null in an empty database. */
  findFirst(): Promise<Account | null> {
    return this.manager.findOne(Account, { where: {}, order: { id: 'ASC' } });
  }

  /**
   * Whether no platform administrator would be left who can sign in, if this account could not. The role's row is locked,
   * so that two last ones cannot go at the same time.
   */
  async holdsLastPlatformAdmin(id: string): Promise<boolean> {
    await this.manager.query(`select 1 from roles where name = 'platform_admin' for no key update`);
    const [row] = await this.manager.query<[{ holds: boolean; others: boolean }]>(
      `select coalesce(bool_or(person.account_id = $1), false) as holds,
              coalesce(bool_or(person.account_id <> $1 and account.status = 'active' and person.status = 'active'), false) as others
       from users person join accounts account on account.id = person.account_id
       where person.role = 'platform_admin' and person.ended_at is null`,
      [id],
    );
    return row.holds && !row.others;
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
