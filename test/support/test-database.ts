import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { APP_ROLE } from '../../src/database/app-role.js';

/** A database of a test file's own on the run's server. */
export interface TestDatabase {
  url: string;
  drop: () => Promise<void>;
}

/** Runs SQL as the login that the run's server was given with, which may make roles and databases. */
export async function asAdmin(sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: process.env.CLAVIGER_TEST_DATABASE_URL });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}

/** The name of the role that the application has in a database. */
export async function appRoleAt(url: string): Promise<string> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<{ role: string }>(`select ${APP_ROLE} as role`);
    return rows[0]!.role;
  } finally {
    await client.end();
  }
}

/** Makes an empty database. */
export async function testDatabase(): Promise<TestDatabase> {
  const name = `test_${randomBytes(6).toString('hex')}`;
  await asAdmin(`create database ${name}`);
  const url = new URL(process.env.CLAVIGER_TEST_DATABASE_URL ?? '');
  url.pathname = `/${name}`;
  const role = await appRoleAt(url.href);
  const dropBoth = async (): Promise<void> => {
    await drop(name, 10);
    await asAdmin(`drop role if exists ${role}`);
  };
  return { url: url.href, drop: dropBoth };
}

/** Autovacuum belongs to the superuser, and cannot be ended by force; it ends by itself. */
async function drop(name: string, attempts: number): Promise<void> {
  try {
    await asAdmin(`drop database ${name} with (force)`);
  } catch (error) {
    if (attempts === 1 || (error as { code?: string }).code !== '42501') throw error;
    await new Promise((resolve) => setTimeout(resolve, 500));
    await drop(name, attempts - 1);
  }
}
