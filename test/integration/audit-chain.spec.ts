import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type INestApplicationContext } from '@nestjs/common';
import pg from 'pg';
import { AuditChainRepository } from '../../src/audit/audit-chain.repository.js';
import { type AuditEvent } from '../../src/audit/audit-event.entity.js';
import { AuditKey } from '../../src/audit/audit-key.js';
import { type ChainCounts, type ChainFault, AuditVerifier } from '../../src/audit/audit-verifier.js';
import { AuditService } from '../../src/audit/audit.service.js';
import { SYSTEM } from '../../src/common/access/principal.js';
import { Precondition } from '../../src/common/precondition.js';
import { APP_ROLE } from '../../src/database/app-role.js';
import { OwnerAccess } from '../../src/database/owner-access.js';
import { UnitOfWork } from '../../src/database/unit-of-work.js';
import { AccountsService } from '../../src/workspaces/accounts.service.js';
import { WorkspacesService } from '../../src/workspaces/workspaces.service.js';
import { application } from '../support/application.js';
import { type TestDatabase, testDatabase } from '../support/test-database.js';

describe('the chain of the audit trail', () => {
  let database: TestDatabase;
  let app: INestApplicationContext;
  let close: () => Promise<void>;
  let db: pg.Client;
  /** An account with ten events. */
  let account: string;
  let ids: string[];

  const makeAccount = async (): Promise<string> => {
    const accounts = app.get(AccountsService);
    const { id } = (await accounts.create(SYSTEM, { name: 'made', plan: 'pro' })).object;
    for (let i = 2; i <= 10; i++) await accounts.change(SYSTEM, id, { name: `n${i}` }, new Precondition(undefined));
    return id;
  };
  const verify = async (): Promise<{ faults: ChainFault[]; counts: ChainCounts }> => {
    const faults: ChainFault[] = [];
    const counts = await app.get(AuditVerifier).verify((fault) => faults.push(fault));
    return { faults, counts };
  };
  /** The first fault of the test's account; every other chain of this test must be whole. */
  const faultAfter = async (sql: string, values: unknown[] = [account]): Promise<Omit<ChainFault, 'what'> | null> => {
    expect((await db.query(sql, values)).rowCount).toBeGreaterThan(0);
    const { faults } = await verify();
    const [fault, ...others] = faults.filter(({ chain }) => chain === account);
    expect(others).toEqual([]);
    return fault ? { chain: fault.chain, number: fault.number, id: fault.id } : null;
  };

  beforeAll(async () => {
    database = await testDatabase();
    ({ app, close } = await application(database.url));
    db = new pg.Client(database.url);
    await db.connect();
  }, 30_000);

  beforeEach(async () => {
    account = await makeAccount();
    const { rows } = await db.query<{ id: string }>('select id from audit_events where chain = $1 order by number', [
      account,
    ]);
    ids = rows.map(({ id }) => id);
  });

  afterAll(async () => {
    await db.end();
    await close();
    await database.drop();
  });

  it('is whole as the service writes it, and every row is counted', async () => {
    const { faults, counts } = await verify();
    expect(faults).toEqual([]);
    const { rows } = await db.query(
      'select count(*)::int as rows, count(distinct chain)::int as chains from audit_events',
    );
    expect(counts).toEqual({ ...rows[0], broken: 0 });
    expect(ids).toHaveLength(10);
  });

  it('is whole beyond what is read at once', async () => {
    const change = { action: 'account.updated', object: { type: 'account', id: account }, accountId: account };
    await app.get(UnitOfWork).run(SYSTEM, (tx) => {
      for (let i = 0; i < 2100; i++) app.get(AuditService).record(tx, SYSTEM, change);
      return Promise.resolve();
    });
    expect((await verify()).faults.filter(({ chain }) => chain === account)).toEqual([]);
    expect(await faultAfter('update audit_events set count = 7 where chain = $1 and number = 2050')).toMatchObject({
      number: 2050n,
    });
  }, 60_000);

  it.each([
    ['id', `'aud_01ARZ3NDEKTSV4RRFFQ69G5FAV'`],
    ['hash', `sha256('x')`],
    ['workspace_id', `'ws_x'`],
    ['at', `at + interval '1 millisecond'`],
    ['at', `'infinity'`],
    ['last_at', `last_at - interval '1 day'`],
    ['count', 'count + 1'],
    ['actor_type', `'user'`],
    ['actor_id', 'null'],
    ['on_behalf_of', `'usr_x'`],
    ['action', `'account.created'`],
    ['reason', `'x'`],
    ['object_type', `'client'`],
    ['object_id', `'acc_x'`],
    ['changes', `'{"name":{"from":"n4","to":"n6"}}'`],
    ['changes', 'null'],
    ['outcome', `'refused'`],
    ['address', `'10.0.0.9'`],
    ['request_id', `'r'`],
  ])('shows the row whose %s was changed to %s', async (column, value) => {
    const fault = await faultAfter(`update audit_events set ${column} = ${value} where chain = $1 and number = 5`);
    const id = column === 'id' ? 'aud_01ARZ3NDEKTSV4RRFFQ69G5FAV' : ids[4];
    expect(fault).toEqual({ chain: account, number: 5n, id });
    await db.query(`update audit_events set id = $2 where chain = $1 and number = 5`, [account, ids[4]]);
  });

  it.each([
    ['the first', 1],
    ['one in the middle', 6],
  ])('shows that %s was deleted', async (_, number) => {
    const fault = await faultAfter('delete from audit_events where chain = $1 and number = $2', [account, number]);
    expect(fault).toEqual({ chain: account, number: BigInt(number), id: null });
  });

  it('shows that the last ones were deleted', async () => {
    const fault = await faultAfter('delete from audit_events where chain = $1 and number > 8');
    expect(fault).toEqual({ chain: account, number: 9n, id: null });
  });

  it('shows that all of them were deleted', async () => {
    expect(await faultAfter('delete from audit_events where chain = $1')).toEqual({
      chain: account,
      number: 1n,
      id: null,
    });
  });

  it('shows that a deleted one was closed up', async () => {
    await db.query('delete from audit_events where chain = $1 and number = 6', [account]);
    const fault = await faultAfter('update audit_events set number = number - 1 where chain = $1 and number > 6');
    expect(fault).toEqual({ chain: account, number: 6n, id: ids[6] });
  });

  it('shows that two were exchanged', async () => {
    const move = 'update audit_events set number = $3 where chain = $1 and number = $2';
    for (const [from, to] of [
      [4, -1],
      [7, 4],
    ] as const)
      await db.query(move, [account, from, to]);
    expect(await faultAfter(move, [account, -1, 7])).toEqual({ chain: account, number: 4n, id: ids[6] });
  });

  it('shows a row that was put in by hand, and one that was moved to another account', async () => {
    const put = `insert into audit_events select 'aud_forged' || $1, chain, 11, hash, account_id, workspace_id, at, last_at,
      count, actor_type, actor_id, on_behalf_of, action, reason, object_type, object_id, changes, outcome, address, request_id
      from audit_events where chain = $1 and number = 10`;
    expect(await faultAfter(put)).toEqual({ chain: account, number: 11n, id: `aud_forged${account}` });
    const [from, other] = [account, await makeAccount()];
    await db.query('delete from audit_events where chain = $1 and number = 10', [other]);
    account = other;
    const moved = 'update audit_events set chain = $2, account_id = $2 where chain = $1 and number = 10';
    expect(await faultAfter(moved, [from, other])).toEqual({ chain: other, number: 10n, id: ids[9] });
  });

  it('shows a chain whose head was taken or set back', async () => {
    expect(await faultAfter('update audit_heads set number = 9 where chain = $1')).toMatchObject({ number: 10n });
    expect(await faultAfter('delete from audit_heads where chain = $1')).toMatchObject({ number: 10n, id: ids[9] });
  });

  it('shows a row that was genuine in a history which a restored backup has undone', async () => {
    await db.query('create temporary table undone as select * from audit_events where chain = $1 and number > 5', [
      account,
    ]);
    await db.query('delete from audit_events where chain = $1 and number > 5', [account]);
    await db.query('update audit_heads set number = 5 where chain = $1', [account]);
    for (let i = 6; i <= 10; i++)
      await app.get(AccountsService).change(SYSTEM, account, { name: `other ${i}` }, new Precondition(undefined));
    expect((await verify()).faults.filter(({ chain }) => chain === account)).toEqual([]);
    await db.query('delete from audit_events where chain = $1 and number = 8', [account]);
    const put = 'insert into audit_events select * from undone where chain = $1 and number = 8';
    expect(await faultAfter(put)).toEqual({ chain: account, number: 8n, id: ids[7] });
  });

  it('shows a row whose hash was made anew under another key', async () => {
    const key = new AuditKey();
    key.load(randomBytes(32));
    const rows = await app.get(OwnerAccess).repository(AuditChainRepository).read(account, 8n, 2);
    const [before, last] = rows as [AuditEvent, AuditEvent];
    const hash = key.hash(Object.assign(last, { action: 'account.created' }), before.hash);
    const forge = `update audit_events set action = 'account.created', hash = $2 where id = $1`;
    expect(await faultAfter(forge, [last.id, hash])).toEqual({ chain: account, number: 10n, id: ids[9] });
  });

  describe('as the application', () => {
    const asApp = async (
      standing: Record<string, string>,
      sql: string,
      values: unknown[] = [],
    ): Promise<pg.QueryResult> => {
      await db.query('begin');
      try {
        await db.query(`select set_config('role', ${APP_ROLE}, true)`);
        for (const [name, value] of Object.entries(standing))
          await db.query('select set_config($1, $2, true)', [`claviger.${name}`, value]);
        return await db.query(sql, values);
      } finally {
        await db.query('rollback');
      }
    };
    const mine = (): Record<string, string> => ({ level: 'account', account_id: account });
    const insert = `insert into audit_events (id, chain, number, hash, account_id, workspace_id, at, last_at, count, actor_type,
      action, object_type, outcome) values ('aud_x', $1, 11, '', $2, $3, now(), now(), 1, 'client', 'x.done', 'x', 'done')`;

    it.each([
      'update audit_events set count = 2',
      `update audit_events set action = 'x' where false`,
      'delete from audit_events',
      'truncate audit_events',
      'select * from audit_events for update',
      'select * from audit_heads',
      `update audit_heads set number = 1`,
      'delete from audit_heads',
      `insert into audit_heads values ('x', 1)`,
      'truncate audit_heads',
      'alter table audit_events disable row level security',
    ])('may not: %s', async (sql) => {
      await expect(asApp({ level: 'platform' }, sql)).rejects.toMatchObject({ code: '42501' });
    });

    it('may add a row to its own chain, and read what it reaches', async () => {
      expect((await asApp(mine(), insert, [account, account, null])).rowCount).toBe(1);
      const { rows } = await asApp(mine(), 'select distinct account_id from audit_events');
      expect(rows).toEqual([{ account_id: account }]);
      expect((await asApp({}, 'select * from audit_events')).rows).toEqual([]);
    });

    it("may not add a row to another account's chain, whatever it says of itself", async () => {
      const refused = { code: '42501' };
      await expect(asApp(mine(), insert, ['acc_other', 'acc_other', null])).rejects.toMatchObject(refused);
      await expect(asApp(mine(), insert, ['platform', null, null])).rejects.toMatchObject(refused);
      const workspace = { level: 'workspace', account_id: account, workspace_id: 'ws_mine' };
      await expect(asApp(workspace, insert, [account, account, 'ws_other'])).rejects.toMatchObject(refused);
      await expect(asApp(workspace, insert, ['acc_other', 'acc_other', 'ws_mine'])).rejects.toMatchObject(refused);
      expect((await asApp(workspace, insert, [account, account, 'ws_mine'])).rowCount).toBe(1);
      // The chain is the account's, for everybody.
      await expect(asApp(mine(), insert, ['acc_other', account, null])).rejects.toMatchObject({ code: '23514' });
      await expect(asApp({ level: 'platform' }, insert, ['acc_other', account, null])).rejects.toMatchObject({
        code: '23514',
      });
    });
  });

  it('has one row for each change, and none for one that failed', async () => {
    const workspaces = app.get(WorkspacesService);
    await workspaces.create(SYSTEM, { accountId: account, name: 'one', slug: 'one' });
    await expect(workspaces.create(SYSTEM, { accountId: account, name: 'two', slug: 'one' })).rejects.toThrow();
    const { rows } = await db.query(
      `select count(*)::int as rows, max(number)::int as last from audit_events where chain = $1`,
      [account],
    );
    expect(rows).toEqual([{ rows: 11, last: 11 }]);
    expect((await verify()).faults.filter(({ chain }) => chain === account)).toEqual([]);
  });
});
