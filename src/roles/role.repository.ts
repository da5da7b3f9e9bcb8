import { type EntityManager, In } from 'typeorm';
import { type Page } from '../database/page.js';
import { type Level } from '../common/oauth/vocabulary.js';
import { BUILT_IN_ROLES } from './built-in-roles.js';
import { Role } from './role.entity.js';

/** A role as memory holds it. */
export interface RoleSnapshot {
  readonly name: string;
  readonly level: Level;
  readonly scopes: readonly string[];
}

/** The table of roles. */
export class RoleRepository {
  constructor(private readonly manager: EntityManager) {}

  /** Adds the built-in roles that are missing. */
  async ensureBuiltIn(now: Date): Promise<void> {
    const rows = BUILT_IN_ROLES.map((role) => ({
      ...role,
      assignableBy: role.level,
      scopes: [...role.scopes],
      builtIn: true,
      createdAt: now,
      updatedAt: now,
    }));
    await this.manager.createQueryBuilder().insert().into(Role).values(rows).orIgnore().execute();
  }

  /** One role, or null. */
  find(name: string): Promise<Role | null> {
    return this.manager.findOneBy(Role, { name });
  }

  /** The same, locked until the end of the transaction. */
  lock(name: string): Promise<Role | null> {
    // Whoever is about to give it waits, too: the foreign key's lock on the row is not compatible with this one.
    return this.manager.findOne(Role, { where: { name }, lock: { mode: 'pessimistic_write' } });
  }

  /** Which of these are no roles. */
  async missing(names: readonly string[]): Promise<string[]> {
    const found = await this.manager.find(Role, { where: { name: In([...names]) }, select: { name: true } });
    const known = new Set(found.map(({ name }) => name));
    return names.filter((name) => !known.has(name));
  }

  /** Newest first; those of one moment by name. */
  list({ after, limit }: Page): Promise<Role[]> {
    const query = this.manager
      .createQueryBuilder(Role, 'role')
      .orderBy({ 'role.createdAt': 'DESC', 'role.name': 'DESC' });
    if (after !== null) query.where('(role.createdAt, role.name) < (:at, :name)', placeAfter(after));
    return query.limit(limit).getMany();
  }

  /** Adds a role; a name that is taken violates `roles_pkey`. */
  async insert(role: Role): Promise<void> {
    await this.manager.insert(Role, role);
  }

  /** Writes a role that was locked. */
  async save({ name, scopes, assignableBy, updatedAt, version }: Role): Promise<void> {
    await this.manager.update(Role, { name }, { scopes, assignableBy, updatedAt, version });
  }

  /** Voids the setup tokens of everybody who has a role. */
  async voidSetupTokens(name: string): Promise<void> {
    await this.manager.query(
      `update user_credentials set setup_pepper_id = null, setup_hash = null, setup_expires_at = null
       where setup_hash is not null and user_id in (select id from users where role = $1)`,
      [name],
    );
  }

  /** Removes a role; whoever has it, and a resource server that names it, violates a foreign key. */
  async remove(name: string): Promise<void> {
    await this.manager.delete(Role, { name });
  }

  /** Every role. */
  findAll(): Promise<Role[]> {
    return this.manager.find(Role);
  }

  /** All roles and the ledger's head, in one statement. */
  async readAll(): Promise<{ head: number; value: ReadonlyMap<string, RoleSnapshot> }> {
    const rows = await this.manager.query<({ head: string } & RoleSnapshot)[]>(
      `select head.position as head, role.name, role.level, role.scopes
       from ledger_head head left join roles role on true`,
    );
    const roles = rows.filter(({ name }) => (name as string | null) !== null);
    return {
      head: Number(rows[0]?.head),
      value: new Map(roles.map(({ name, level, scopes }) => [name, Object.freeze({ name, level, scopes })])),
    };
  }
}

/**
 * Where a role stands in the list: a name says nothing about age, and the role may be gone when its cursor is used.
 * @returns letters, digits and `_`, as cursors take them
 */
export function placeOf({ createdAt, name }: Pick<Role, 'createdAt' | 'name'>): string {
  return `${createdAt.getTime()}_${name}`;
}

function placeAfter(place: string): { at: Date; name: string } {
  const end = place.indexOf('_');
  return { at: new Date(Number(place.slice(0, end))), name: place.slice(end + 1) };
}
