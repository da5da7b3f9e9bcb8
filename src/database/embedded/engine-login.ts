import pg from 'pg';
import { DATABASE, LOGIN } from './engine-cluster.js';

const PATIENCE_MS = 3_000;

/** The connection string of the engine's ordinary login. */
export function loginUrl(port: number, password: string): string {
  return `postgres://${LOGIN}:${password}@127.0.0.1:${port}/${DATABASE}`;
}

/**
 * Logs in once, and makes sure that no other login may: a data directory of an earlier version let everybody connect.
 *
 * @returns whether the engine survives a power loss (`fsync` is on)
 * @throws whatever the driver throws if it cannot log in
 */
export async function logIn(url: string): Promise<{ durable: boolean }> {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: PATIENCE_MS,
    query_timeout: PATIENCE_MS,
  });
  // A connection that breaks while idle must not end the process.
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query(`REVOKE CONNECT, TEMPORARY ON DATABASE ${DATABASE} FROM PUBLIC`);
    const { rows } = await client.query<{ fsync: string }>('SHOW fsync');
    return { durable: rows[0]?.fsync === 'on' };
  } finally {
    await client.end().catch(() => undefined);
  }
}
