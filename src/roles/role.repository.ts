import { type EntityManager } from 'typeorm';
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
