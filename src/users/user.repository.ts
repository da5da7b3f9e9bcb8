import { type EntityManager, type SelectQueryBuilder } from 'typeorm';
import { type Page } from '../database/page.js';
import { type UserRow } from './user-snapshot.js';
import { User } from './user.entity.js';

/** A person is there while neither they nor their workspace has ended. */
const LIVING = `person.ended_at is null and (person.workspace_id is null or exists
  (select 1 from workspaces where workspaces.id = person.workspace_id and workspaces.ended_at is null))`;

/** Who went with their workspace, and was ended for their address. */
export type FreedUser = Pick<User, 'id' | 'accountId' | 'workspaceId'>;

/** The table of people. */
export class UserRepository {
  constructor(private readonly manager: EntityManager) {}

  /**
   * Adds a person; an address that the account has already violates `users_email`.
   * @returns whoever was ended for the address
   */
  async insert(user: User): Promise<FreedUser[]> {
    const freed = await this.freeAddress(user);
    await this.manager.insert(User, user);
    return freed;
  }

  /** A living person, or null; another tenant's is null too. */
  find(id: string): Promise<User | null> {
    return this.living().andWhere('person.id = :id', { id }).getOne();
  }

  /** The same, locked until the end of the transaction. */
  lock(id: string): Promise<User | null> {
    return this.living().andWhere('person.id = :id', { id }).setLock('for_no_key_update').getOne();
  }

  /** The living people of an account, newest first. */
  list(accountId: string, { after, limit }: Page): Promise<User[]> {
    const people = this.living().andWhere('person.account_id = :accountId', { accountId });
    if (after !== null) people.andWhere('person.id < :after', { after });
    return people.orderBy('person.id', 'DESC').limit(limit).getMany();
  }

  /** Whether an account has or had a person. */
  hadAny(accountId: string): Promise<boolean> {
    return this.manager.existsBy(User, { accountId });
  }

  /**
   * Writes a person who was locked; an address that the account has already violates `users_email`.
   * @param moved whether the workspace is another
   * @returns whoever was ended for the address
   */
  async save(user: User, moved: boolean): Promise<FreedUser[]> {
    const { id, workspaceId, email, name, role, status, updatedAt, version } = user;
    const freed = await this.freeAddress(user);
    // The credential's key names the workspace: it lets go, and follows.
    if (moved) await this.manager.query('update user_credentials set workspace_id = null where user_id = $1', [id]);
    await this.manager.update(User, { id }, { workspaceId, email, name, role, status, updatedAt, version });
    if (!moved) return freed;
    await this.manager.query('update user_credentials set workspace_id = $2 where user_id = $1', [id, workspaceId]);
    return freed;
  }

  /** Ends a person for good; the address is free again. */
  async end(id: string, { at, by }: { at: Date; by: string }): Promise<void> {
    await this.manager.query(
      `update users set ended_at = $2, ended_by = $3, ended_reason = 'deleted', updated_at = $2, version = version + 1
       where id = $1 and ended_at is null`,
      [id, at, by],
    );
  }

  /** Whether an account has or had a person of its own level or of the platform's. */
  async hadAnyAboveWorkspaces(accountId: string): Promise<boolean> {
    const rows = await this.manager.query<unknown[]>(
      `select 1 from users person join roles role on role.name = person.role
       where person.account_id = $1 and role.level <> 'workspace' limit 1`,
      [accountId],
    );
    return rows.length > 0;
  }

  /** Whether an account has a living administrator beside this person: one whose role reaches all of it. */
  async hasAdminBeside(accountId: string, id: string, active: boolean): Promise<boolean> {
    const rows = await this.manager.query<unknown[]>(
      `select 1 from users person join roles role on role.name = person.role
       where person.account_id = $1 and person.id <> $2 and person.ended_at is null
         and role.level <> 'workspace' and 'admin' = any(role.scopes)
         and (person.status = 'active' or not $3) limit 1`,
      [accountId, id, active],
    );
    return rows.length > 0;
  }

  /**
   * Whether the platform has a living administrator beside this person, in an account that is not suspended. The role's
   * row is locked, so that two last ones cannot go at the same time.
   */
  async hasPlatformAdminBeside(id: string, active: boolean): Promise<boolean> {
    await this.manager.query(`select 1 from roles where name = 'platform_admin' for no key update`);
    const rows = await this.manager.query<unknown[]>(
      `select 1 from users person join accounts account on account.id = person.account_id
       where person.role = 'platform_admin' and person.id <> $1 and person.ended_at is null
         and account.status = 'active' and account.ended_at is null
         and (person.status = 'active' or not $2) limit 1`,
      [id, active],
    );
    return rows.length > 0;
  }

  /** The platform's living administrators in accounts that are not suspended, the oldest first. */
  platformAdmins(): Promise<User[]> {
    return this.living()
      .andWhere(`person.role = 'platform_admin'`)
      .andWhere(`exists (select 1 from accounts where accounts.id = person.account_id and accounts.status = 'active')`)
      .orderBy('person.id')
      .getMany();
  }

  /** People by id with the states of their tenants, and the ledger's head, in one statement: one row at least. */
  read(ids: readonly string[]): Promise<UserRow[]> {
    return this.manager.query(
      `select head.position as head, person.id, person.account_id, person.workspace_id, person.role, person.ended_at,
              account.status as account_status, account.ended_at as account_ended_at,
              workspace.ended_at as workspace_ended_at
       from ledger_head head
       left join users person on person.id = any($1)
       left join accounts account on account.id = person.account_id
       left join workspaces workspace on workspace.id = person.workspace_id`,
      [ids],
    );
  }

  /** Ends whoever holds this address and went with their workspace: nobody sees them, and they would keep it for ever. */
  private async freeAddress({ accountId, email, updatedAt }: User): Promise<FreedUser[]> {
    const [rows] = await this.manager.query<[{ id: string; workspace_id: string }[], number]>(
      `update users person set ended_at = $3, ended_by = 'system', ended_reason = 'workspace deleted'
       from workspaces workspace
       where person.account_id = $1 and person.email = $2 and person.ended_at is null
         and workspace.id = person.workspace_id and workspace.ended_at is not null
       returning person.id, person.workspace_id`,
      [accountId, email, updatedAt],
    );
    return rows.map(({ id, workspace_id: workspaceId }) => ({ id, accountId, workspaceId }));
  }

  private living(): SelectQueryBuilder<User> {
    return this.manager.createQueryBuilder(User, 'person').where(LIVING);
  }
}
