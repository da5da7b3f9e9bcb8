import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DataSource } from 'typeorm';
import { DatabaseLocation } from '../../src/database/location.js';
import { poolOptions } from '../../src/database/options.js';
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
});
