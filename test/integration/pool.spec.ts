import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { DataSource } from 'typeorm';
import { DatabaseLocation } from '../../src/database/location.js';
import { poolOptions } from '../../src/database/options.js';
import { isAway } from '../../src/database/pg-error.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import { type TestDatabase, testDatabase } from '../support/test-database.js';

describe('the pool', () => {
  let database: TestDatabase;
  let proxy: TcpProxy;
  let pool: DataSource;

  beforeAll(async () => {
    database = await testDatabase();
    proxy = await TcpProxy.to(Number(new URL(database.url).port));
    const url = proxy.through(database.url);
    pool = await new DataSource(poolOptions(new DatabaseLocation(url, url), [])).initialize();
  });

  afterAll(async () => {
    await pool.destroy();
    proxy.close();
    await database.drop();
  });

  it('works again after one deadline when every connection of it has gone silent', async () => {
    await Promise.all(Array.from({ length: 10 }, () => pool.query('select pg_sleep(0.05)')));
    proxy.blackHole();
    await expect(pool.query('select 1')).rejects.toThrow('PostgreSQL did not answer in time');
    for (let i = 0; i < 10; i++) expect(await pool.query('select 1 as one')).toEqual([{ one: 1 }]);
  }, 15_000);

  it('gives up a connection that says it is read-only', async () => {
    const pid = async (): Promise<number> =>
      (await pool.query<{ pid: number }[]>('select pg_backend_pid() as pid'))[0]!.pid;
    const before = await pid();
    await expect(pool.query('set transaction read only; create table never (id integer)')).rejects.toThrow('read-only');
    expect(await pid()).not.toBe(before);
  });

  it('takes whatever goes wrong while connecting for a database that is away', async () => {
    const name = new URL(database.url).pathname.slice(1);
    const admin = new pg.Client(process.env.CLAVIGER_TEST_DATABASE_URL);
    await admin.connect();
    await admin.query(`alter database ${name} allow_connections false`);
    await admin.query(`select pg_terminate_backend(pid) from pg_stat_activity where datname = $1`, [name]);
    // The first ones may meet the connections that were ended.
    const errors = await Promise.all(
      Array.from({ length: 12 }, () =>
        pool.query('select 1').then(
          () => null,
          (error: unknown) => error,
        ),
      ),
    );
    const last: unknown = await pool.query('select 1').catch((error: unknown) => error);
    expect([...errors, last].map((error) => isAway(error))).toEqual(Array.from({ length: 13 }, () => true));
    await admin.query(`alter database ${name} allow_connections true`);
    expect(await pool.query('select 1 as one')).toEqual([{ one: 1 }]);
    await admin.end();
  });
});
