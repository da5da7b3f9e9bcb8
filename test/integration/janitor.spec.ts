import { type INestApplicationContext } from '@nestjs/common';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { Janitor } from '../../src/database/janitor.js';
import { application } from '../support/application.js';
import { type TestDatabase, testDatabase } from '../support/test-database.js';

describe('the janitor', () => {
  let database: TestDatabase;
  let db: pg.Client;
  let app: INestApplicationContext;
  let close: () => Promise<void>;

  beforeAll(async () => {
    database = await testDatabase();
    ({ app, close } = await application(database.url));
    db = new pg.Client(database.url);
    await db.connect();
  }, 30_000);

  afterAll(async () => {
    await db.end();
    await close();
    await database.drop();
  });

  const left = async (): Promise<unknown> =>
    (
      await db.query(`select (select array_agg(subject order by subject) from ledger_entries) as ledger,
                             (select array_agg(key order by key) from idempotency_keys) as keys`)
    ).rows[0];

  it('removes what has expired, and nothing else, however much there is', async () => {
    await db.query(`insert into ledger_entries (kind, subject, position, expires_at)
      select 'jti', 'old' || n, n, now() - interval '1 minute' from generate_series(1, 2500) n`);
    await db.query(`insert into ledger_entries values ('jti', 'live', 1, now() + interval '1 minute')`);
    await db.query(`insert into idempotency_keys (principal_id, endpoint, key, request_hash, object, expires_at) values
      ('p', 'e', 'old', '', '{}', now() - interval '1 minute'), ('p', 'e', 'live', '', '{}', now() + interval '1 minute')`);

    await app.get(Janitor).clean();

    expect(await left()).toEqual({ ledger: ['live'], keys: ['live'] });
  });

  it('leaves the work to another replica that is at it', async () => {
    await db.query(`insert into ledger_entries values ('jti', 'old', 1, now() - interval '1 minute')`);
    await db.query('begin');
    await db.query('select pg_advisory_xact_lock($1)', [0x636c6177]);
    await app.get(Janitor).clean();
    await db.query('commit');

    expect(await left()).toMatchObject({ ledger: ['live', 'old'] });
  });
});
