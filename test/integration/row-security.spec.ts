import { type INestApplicationContext } from '@nestjs/common';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { ClientsService } from '../../src/clients/clients.service.js';
import { ClientRotationService } from '../../src/clients/client-rotation.service.js';
import { SecretUses } from '../../src/clients/secret-uses.js';
import { type Standing, SYSTEM } from '../../src/common/access/principal.js';
import { APP_ROLE } from '../../src/database/app-role.js';
import { OwnerAccess } from '../../src/database/owner-access.js';
import { ResourceServerRepository } from '../../src/resource-servers/resource-server.repository.js';
import { UsersService } from '../../src/users/users.service.js';
import { AccountsService } from '../../src/workspaces/accounts.service.js';
import { WorkspacesService } from '../../src/workspaces/workspaces.service.js';
import { application } from '../support/application.js';
import { type TestDatabase, testDatabase } from '../support/test-database.js';

/** What the service asks of PostgreSQL with the wrong tenant set is as if nothing were there. */
describe('row-level security', () => {
  let database: TestDatabase;
  let db: pg.Client;
  let close: () => Promise<void>;
  let tables: string[];
  const mine: Standing[] = [];
  const others: Standing[] = [];

  beforeAll(async () => {
    database = await testDatabase();
    let app: INestApplicationContext;
    ({ app, close } = await application(database.url));
    db = new pg.Client(database.url);
    await db.connect();
    for (const standings of [mine, others]) standings.push(...(await fill(app)));
    const { rows } = await db.query<{ name: string }>(
      `select table_name as name from information_schema.columns
       where table_schema = current_schema() and column_name = 'account_id' order by 1`,
    );
    tables = rows.map(({ name }) => name);
  }, 60_000);

  afterAll(async () => {
    await db.end();
    await close();
    await database.drop();
  });

  /** An account with a workspace, and in both of them all that a tenant can have. */
  async function fill(app: INestApplicationContext): Promise<Standing[]> {
    const once = { key: 'k', endpoint: 'e', requestHash: Buffer.alloc(32) };
    const account = await app.get(AccountsService).create(SYSTEM, { name: 'A', plan: 'pro' });
    const accountId = account.object.id;
    const workspace = await app.get(WorkspacesService).create(SYSTEM, { accountId, name: 'W', slug: 'w' });
    const workspaceId = workspace.object.id;
    const management = (await app.get(OwnerAccess).repository(ResourceServerRepository).findManagement())!.id;
    const standings: Standing[] = [
      { level: 'account', accountId, workspaceId: null },
      { level: 'workspace', accountId, workspaceId },
    ];
    for (const owner of standings) {
      const role = owner.level === 'account' ? 'account_admin' : 'workspace_admin';
      const input = { name: 'C', role, owner, audiences: [management], defaultAudience: null };
      const { client } = await app.get(ClientsService).create(SYSTEM, input);
      const { secret } = await app.get(ClientRotationService).rotate(SYSTEM, client.id, {});
      expect(secret).not.toBeNull();
      const person = { name: 'P', email: `${owner.level}@example.com`, role, workspaceId: owner.workspaceId };
      const principal = { ...SYSTEM, ...owner, id: owner.workspaceId ?? accountId };
      await app.get(UsersService).create(SYSTEM, { ...person, accountId });
      await app
        .get(WorkspacesService)
        .create({ ...principal, level: 'platform' }, { accountId, name: 'O', slug: owner.level }, once);
    }
    const secrets = (await db.query<{ id: string }>('select id from client_secrets')).rows;
    for (const { id } of secrets) app.get(SecretUses).record(id, '192.0.2.1');
    await app.get(SecretUses).flush();
    return standings;
  }

  async function as(standing: Standing, sql: string, values: unknown[] = []): Promise<pg.QueryResult> {
    await db.query('begin');
    try {
      await db.query(
        `select set_config('role', ${APP_ROLE}, true), set_config('claviger.level', $1, true),
                set_config('claviger.account_id', $2, true), set_config('claviger.workspace_id', $3, true)`,
        [standing.level, standing.accountId ?? '', standing.workspaceId ?? ''],
      );
      return await db.query(sql, values);
    } finally {
      await db.query('rollback');
    }
  }

  it('is on for every table that names an account, and there is something in each', async () => {
    expect(tables.length).toBeGreaterThan(8);
    for (const table of tables) {
      const { rows } = await db.query(`select relrowsecurity as on from pg_class where oid = $1::regclass`, [table]);
      expect([table, rows]).toEqual([table, [{ on: true }]]);
      const all = await db.query(`select 1 from ${table} where account_id = $1`, [mine[0]!.accountId]);
      expect([table, all.rowCount! > 0]).toEqual([table, true]);
    }
  });

  it('shows each account its own rows and no other, though the statement asks for all', async () => {
    for (const table of tables) {
      const { rows } = await as(mine[0]!, `select distinct account_id from ${table}`);
      expect([table, rows]).toEqual([table, [{ account_id: mine[0]!.accountId }]]);
      const foreign = await as(mine[0]!, `select 1 from ${table} where account_id = $1`, [others[0]!.accountId]);
      expect([table, foreign.rowCount]).toEqual([table, 0]);
    }
  });

  it('shows a workspace nothing of its account, of a sibling or of another', async () => {
    for (const table of tables.filter((name) => name !== 'workspaces')) {
      const { rows } = await as(mine[1]!, `select distinct workspace_id from ${table}`);
      const seen = rows.map(({ workspace_id: id }) => id).filter((id) => id !== mine[1]!.workspaceId);
      expect([table, seen]).toEqual([table, []]);
    }
    expect((await as(mine[1]!, 'select id from workspaces')).rows).toEqual([{ id: mine[1]!.workspaceId }]);
  });

  it('changes and removes nothing of another account', async () => {
    for (const table of tables) {
      for (const sql of [`update ${table} set account_id = account_id`, `delete from ${table}`]) {
        const done = await as(mine[0]!, `${sql} where account_id = '${others[0]!.accountId!}'`).then(
          ({ rowCount }) => `${rowCount} rows`,
          (error: unknown) => (error as { code: string }).code,
        );
        // 42501: it has no right to do it at all.
        expect([sql, ['0 rows', '42501'].includes(done)]).toEqual([sql, true]);
      }
    }
  });

  it('takes no row for another account', async () => {
    const stolen = as(
      mine[0]!,
      `insert into workspaces (id, account_id, name, slug, created_by, created_at, updated_at)
       values ('ws_x', $1, 'X', 'x', 'x', now(), now())`,
      [others[0]!.accountId],
    );
    await expect(stolen).rejects.toMatchObject({ code: '42501' });
  });
});
