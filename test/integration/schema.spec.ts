import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DataSource } from 'typeorm';
import { DatabaseLocation } from '../../src/database/location.js';
import { APP_ROLE, ensureAppRole } from '../../src/database/app-role.js';
import { nothingToMove } from '../../src/database/app-role-move.js';
import { migrationOptions } from '../../src/database/options.js';
import { migrations } from '../../src/database/migrations/index.js';
import { ENTITIES } from '../../src/entities.js';
import { type TestDatabase, testDatabase } from '../support/test-database.js';

describe('the schema', () => {
  let database: TestDatabase;
  let source: DataSource;

  beforeAll(async () => {
    database = await testDatabase();
    source = await new DataSource(
      migrationOptions(new DatabaseLocation(database.url, database.url), ENTITIES),
    ).initialize();
    await ensureAppRole(source.manager);
  });

  afterAll(async () => {
    await source.destroy();
    await database.drop();
  });

  it('goes up, down and up again', async () => {
    await source.runMigrations();
    await migrations.reduce((done) => done.then(() => source.undoLastMigration()), Promise.resolve());
    expect(await source.query(`select 1 from pg_tables where tablename in ('clients', 'ledger_head')`)).toEqual([]);
    expect(await source.runMigrations()).toHaveLength(migrations.length);
  });

  it('is what the entities say', async () => {
    await source.runMigrations();
    const { upQueries } = await source.driver.createSchemaBuilder().log();
    expect(upQueries.map(({ query }) => query)).toEqual([]);
  });

  it('names the role of the database’s own, and none that another database could share', async () => {
    const [{ role }] = await source.query<[{ role: string }]>(`select ${APP_ROLE} as role`);
    const named = await source.query<unknown[]>(`select distinct unnest(roles) as to from pg_policies`);
    expect(named).toEqual([{ to: role }]);
    expect(await nothingToMove(source.manager, role)).toBe(true);
  });

  it('shows a tenant nothing of another, whatever the statement asks for', async () => {
    await source.query(`insert into accounts (id, name, plan, created_at, updated_at)
      values ('acc_a', 'A', 'pro', now(), now()), ('acc_b', 'B', 'pro', now(), now())`);
    const seen = await source.transaction(async (manager) => {
      await manager.query(`select set_config('role', ${APP_ROLE}, true), set_config('claviger.level', 'account', true),
        set_config('claviger.account_id', 'acc_a', true)`);
      return manager.query<{ id: string }[]>('select id from accounts');
    });
    expect(seen).toEqual([{ id: 'acc_a' }]);
  });

  it('shows nothing at all to the application without a tenant', async () => {
    const seen = await source.transaction(async (manager) => {
      await manager.query(`select set_config('role', ${APP_ROLE}, true)`);
      return manager.query<unknown[]>('select id from accounts');
    });
    expect(seen).toEqual([]);
  });

  it('gives the application no way to the ledger but its function', async () => {
    const asApp = (sql: string): Promise<unknown> =>
      source.transaction(async (manager) => {
        await manager.query(`select set_config('role', ${APP_ROLE}, true)`);
        return manager.query<unknown[]>(sql);
      });
    await expect(asApp('select * from ledger_head')).rejects.toThrow('permission denied');
    await expect(asApp('select * from sealed_secrets')).rejects.toThrow('permission denied');
    await expect(asApp(`select ledger_record('cut', 'client:x', now())`)).resolves.toHaveLength(1);
  });
});
