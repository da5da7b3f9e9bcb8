import { randomBytes } from 'node:crypto';
import pg from 'pg';

/** A database of a test file's own on the run's server. */
export interface TestDatabase {
  url: string;
  drop: () => Promise<void>;
}

async function asAdmin(sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: process.env.CLAVIGER_TEST_DATABASE_URL });
  await client.connect();
  try {
    await client.query(sql);
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
  return { url: url.href, drop: () => drop(name, 10) };
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
