import { randomBytes } from 'node:crypto';
import { closeSync, existsSync, fsyncSync, openSync, renameSync, rmdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { EmbeddedEngineError } from './embedded-engine.error.js';
import { type EngineHome, type EngineState } from './engine-home.js';
import { settingFlags, sharedMemorySettings } from './engine-settings.js';
import { type EngineSite } from './engine-site.js';

export const LOGIN = 'claviger';
export const DATABASE = 'claviger';
const SUPERUSER = 'postgres';

// Passwords only, over TCP only.
const HOST_BASED_AUTHENTICATION = 'host all all 127.0.0.1/32 scram-sha-256\n';

/**
 * Makes the database files, unless they are there: initdb, an ordinary login (it may create roles and databases, and
 * is no superuser), and its database.
 *
 * Everything happens under a provisional name, so that files under the final one are complete.
 *
 * @returns the passwords and the place of the files; their port is 0 if it has yet to be chosen
 * @throws EmbeddedEngineError if a program fails, or if the directory holds something else
 */
export async function ensureCluster(home: EngineHome, site: EngineSite, durable: boolean): Promise<EngineState> {
  const known = home.state();
  if (site.staging === undefined) {
    if (!existsSync(join(site.cluster, 'global', 'pg_control'))) {
      throw EmbeddedEngineError.because(`${site.cluster} holds something else than a complete PostgreSQL database`);
    }
    return known ?? (await replacePasswords(home, site, durable));
  }
  const state = { ...newPasswords(), port: known?.port ?? 0, cluster: placeOf(home, site) };
  try {
    const sync = durable ? [] : ['--no-sync'];
    // initdb takes settings from version 16 on.
    const settings = site.major >= 16 ? settingFlags(sharedMemorySettings()) : [];
    const flags = ['-U', SUPERUSER, '-A', 'reject', '-E', 'UTF8', '--locale=C', ...sync, ...settings];
    check('initdb', await site.user.run(site.initdb, ['-D', site.staging, ...flags]));
    await sql(site, site.staging, durable, [...logins(state), `CREATE DATABASE ${DATABASE} OWNER ${LOGIN};`]);
    writeFileSync(join(site.staging, 'pg_hba.conf'), HOST_BASED_AUTHENTICATION, { flush: durable });
    home.remember(state);
    if (existsSync(site.cluster)) rmdirSync(site.cluster);
    renameSync(site.staging, site.cluster);
    flushDirectory(dirname(site.cluster));
  } catch (error) {
    site.abandon();
    throw error;
  }
  return state;
}

/** The files are there and their passwords are lost: with the files in hand, new ones can be set. */
async function replacePasswords(home: EngineHome, site: EngineSite, durable: boolean): Promise<EngineState> {
  const state = { ...newPasswords(), port: 0, cluster: placeOf(home, site) };
  await sql(site, site.cluster, durable, logins(state));
  home.remember(state);
  return state;
}

/** A path is kept only where it is needed, so that a data directory can be moved. */
function placeOf(home: EngineHome, site: EngineSite): string | undefined {
  return site.cluster === home.ownCluster ? undefined : site.cluster;
}

function newPasswords(): Pick<EngineState, 'password' | 'superuserPassword'> {
  const random = (): string => randomBytes(24).toString('base64url');
  return { password: random(), superuserPassword: random() };
}

function logins({ password, superuserPassword }: EngineState): string[] {
  return [
    `ALTER ROLE ${SUPERUSER} PASSWORD '${superuserPassword}';`,
    `DO $$BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '${LOGIN}') THEN CREATE ROLE ${LOGIN}; END IF; END$$;`,
    `ALTER ROLE ${LOGIN} LOGIN CREATEROLE CREATEDB PASSWORD '${password}';`,
  ];
}

/** Runs statements, one a line, without a server: nobody else can be connected meanwhile. */
async function sql(site: EngineSite, cluster: string, durable: boolean, lines: readonly string[]): Promise<void> {
  // The statements hold passwords: neither an error nor a log may repeat them.
  const flags = settingFlags({
    exit_on_error: 'true',
    log_min_error_statement: 'panic',
    password_encryption: 'scram-sha-256',
    ...sharedMemorySettings(),
    ...(durable ? {} : { fsync: 'off' }),
  });
  const input = lines.map((line) => `${line}\n`).join('');
  check(
    'postgres --single',
    await site.user.run(site.postgres, ['--single', ...flags, '-D', cluster, SUPERUSER], input),
  );
}

function check(program: string, outcome: { code: number | undefined; stderr: string }): void {
  if (outcome.code === 0) return;
  const lines = outcome.stderr.split('\n').map((line) => line.trim());
  const line = lines.find((text) => /error|FATAL|PANIC/.test(text)) ?? lines.find((text) => text !== '');
  throw EmbeddedEngineError.because(`${program} failed: ${line ?? 'it was killed'}`);
}

/** A rename that a power loss undoes would make a database in use look half-made. */
function flushDirectory(directory: string): void {
  if (process.platform === 'win32') return;
  const handle = openSync(directory, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
