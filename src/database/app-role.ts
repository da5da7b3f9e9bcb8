import { type EntityManager } from 'typeorm';
import { StartRefusal } from '../common/errors/start-refusal.js';
import { pgCode } from './pg-error.js';

/**
 * SQL for the name of the role of every unit of work, which owns nothing and sees tenants' rows through row-level
 * security alone. Roles belong to the cluster, so that each database has one of its own: with one for all, the login of
 * one installation would take it in the database of another. The name's bytes are hashed as they are stored, whatever
 * the encoding.
 */
export const APP_ROLE = `('claviger_app_' || left(encode(sha256(convert_to(current_database(), getdatabaseencoding())), 'hex'), 32))`;

/** Two makers at once: the role is there already, or its row is being written (XX000, "tuple concurrently updated"). */
const RACE = ['42710', '23505', 'XX000'];

interface Names {
  readonly role: string;
  /** The login, as SQL writes it. */
  readonly login: string;
}

interface Strangers {
  /** Whether the role is more than a role to take. */
  readonly strong: boolean;
  /** As identifiers and as texts; null if there are none. */
  readonly strangers: string | null;
  readonly sessions: string | null;
}

/**
 * Makes the database's role and lets the login take it. Roles belong to the cluster and our lock to one database, so
 * that another start may write them at the same moment.
 * @returns the role's name
 * @throws StartRefusal with the SQL to run, where the login may do neither, or where others may take the role
 */
export async function ensureAppRole(manager: EntityManager): Promise<string> {
  const [names] = await manager.query<[Names]>(`select ${APP_ROLE} as role, quote_ident(current_user) as login`);
  const known = await exists(manager, names.role);
  try {
    if (!known) await unlessRaced(manager.query(`create role ${names.role} nologin`));
    if (!(await mayTake(manager, names.role))) await grant(manager, names.role);
    await take(manager, names.role);
  } catch (error) {
    if (!['42501', '0LP01'].includes(pgCode(error) ?? '')) throw error;
    throw new StartRefusal(
      `The login ${names.login} may neither make nor take the database role ${names.role}. As a superuser, run: ` +
        `${known ? '' : `CREATE ROLE ${names.role} NOLOGIN; `}GRANT ${names.role} TO ${names.login};`,
      { cause: error },
    );
  }
  await refuseStrangers(manager, names);
  return names.role;
}

/** The role of the database that the runner is connected to, whether it is there or not. */
export async function appRoleOf(connection: { query(sql: string): Promise<unknown> }): Promise<string> {
  const rows = (await connection.query(`select ${APP_ROLE} as role`)) as [{ role: string }];
  return rows[0].role;
}

async function exists(manager: EntityManager, role: string): Promise<boolean> {
  const rows = await manager.query<unknown[]>('select 1 from pg_roles where rolname = $1', [role]);
  return rows.length > 0;
}

async function take(manager: EntityManager, role: string): Promise<void> {
  await manager.transaction((inner) => inner.query(`set local role ${role}`));
}

async function mayTake(manager: EntityManager, role: string): Promise<boolean> {
  try {
    await take(manager, role);
    return true;
  } catch (error) {
    if (pgCode(error) === '42501') return false;
    throw error;
  }
}

/** From 16 on, whoever makes a role without being superuser may administer it, but not take it, until it says so. */
async function grant(manager: EntityManager, role: string): Promise<void> {
  const [{ version }] = await manager.query<[{ version: number }]>(
    "select current_setting('server_version_num')::int as version",
  );
  const options = version >= 160000 ? ' with set true, inherit false' : '';
  await unlessRaced(manager.query(`grant ${role} to current_user${options}`));
}

async function unlessRaced(statement: Promise<unknown>): Promise<void> {
  try {
    await statement;
  } catch (error) {
    if (!RACE.includes(pgCode(error) ?? '')) throw error;
  }
}

/**
 * The name can be foretold: whoever may make roles could make this one first and give it to us, but keep it for
 * themselves, too. Superusers, and whoever may become the login or the database's owner anyway, are none the more
 * powerful by it.
 */
async function refuseStrangers(manager: EntityManager, { role, login }: Names): Promise<void> {
  const [{ strong, strangers, sessions }] = await manager.query<[Strangers]>(
    `select role.rolcanlogin or role.rolsuper or role.rolbypassrls as strong,
       string_agg(quote_ident(other.rolname), ', ' order by other.rolname) as strangers,
       string_agg(quote_literal(other.rolname), ', ' order by other.rolname) as sessions
     from pg_roles role join pg_database database on database.datname = current_database()
     left join pg_roles other on other.oid <> role.oid and not other.rolsuper and pg_has_role(other.oid, role.oid, 'member')
       and not pg_has_role(other.oid, current_user, 'member') and not pg_has_role(other.oid, database.datdba, 'member')
     where role.rolname = $1 group by 1`,
    [role],
  );
  if (!strong && strangers === null) return;
  throw new StartRefusal(
    `The database role ${role}, which reaches every tenant, is open to others than this installation: ` +
      `${strangers ?? 'to whoever logs in as it'}. As a superuser, run: ` +
      `ALTER ROLE ${role} NOLOGIN NOSUPERUSER NOBYPASSRLS; ` +
      (strangers === null ? '' : `REVOKE ${role} FROM ${strangers} CASCADE; GRANT ${role} TO ${login}; `) +
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename IN (${[`'${role}'`, sessions ?? []].flat().join(', ')});`,
  );
}
