import { type EntityManager } from 'typeorm';
import { StartRefusal } from '../common/errors/start-refusal.js';
import { pgCode } from './pg-error.js';

/** The role of every unit of work: it owns nothing and sees tenants' rows through row-level security alone. */
export const APP_ROLE = 'claviger_app';

/** Two makers at once: the role is there already, or its row is being written (XX000, "tuple concurrently updated"). */
const RACE = ['42710', '23505', 'XX000'];

/**
 * Makes the application's role and lets the login take it. Roles belong to the cluster and our lock to one database,
 * so another database's start may make it at the same moment.
 * @throws StartRefusal with the SQL to run, where the login may do neither
 */
export async function ensureAppRole(manager: EntityManager): Promise<void> {
  try {
    if (!(await exists(manager))) await create(manager);
    if (!(await mayTake(manager))) await grant(manager);
    await manager.transaction((inner) => inner.query(`set local role ${APP_ROLE}`));
  } catch (error) {
    if (!['42501', '42704', '0LP01'].includes(pgCode(error) ?? '')) throw error;
    const [{ login }] = await manager.query<[{ login: string }]>('select current_user as login');
    throw new StartRefusal(
      `The login ${login} may neither make nor take the database role ${APP_ROLE}. As a superuser, run: ` +
        `CREATE ROLE ${APP_ROLE} NOLOGIN; GRANT ${APP_ROLE} TO "${login}";`,
      { cause: error },
    );
  }
}

async function exists(manager: EntityManager): Promise<boolean> {
  const rows = await manager.query<unknown[]>('select 1 from pg_roles where rolname = $1', [APP_ROLE]);
  return rows.length > 0;
}

async function create(manager: EntityManager): Promise<void> {
  try {
    await manager.query(`create role ${APP_ROLE} nologin`);
  } catch (error) {
    if (!RACE.includes(pgCode(error) ?? '')) throw error;
  }
}

async function mayTake(manager: EntityManager): Promise<boolean> {
  try {
    await manager.transaction((inner) => inner.query(`set local role ${APP_ROLE}`));
    return true;
  } catch (error) {
    if (pgCode(error) === '42501') return false;
    throw error;
  }
}

/** From 16 on, whoever makes a role without being superuser may administer it, but not take it, until it says so. */
async function grant(manager: EntityManager): Promise<void> {
  const [{ version }] = await manager.query<[{ version: number }]>(
    "select current_setting('server_version_num')::int as version",
  );
  const options = version >= 160000 ? ' with set true, inherit false' : '';
  try {
    await manager.query(`grant ${APP_ROLE} to current_user${options}`);
  } catch (error) {
    if (!RACE.includes(pgCode(error) ?? '')) throw error;
  }
}
