import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { NoticeMeter } from '../../src/database/feed/notice-meter.js';
import { ThingMemory, thingsSchema } from '../support/memory-pair.js';
import { type TestDatabase, testDatabase } from '../support/test-database.js';

const GREATEST = '9007199254740991';

/** Whoever may connect to the database may notify; the worst of them even knows the channel. */
describe('notices that somebody forges', () => {
  let database: TestDatabase;
  let owner: pg.Pool;
  let channel: string;
  let memory: ThingMemory;

  beforeAll(async () => {
    database = await testDatabase();
    await thingsSchema(database.url);
    owner = new pg.Pool({ connectionString: database.url, max: 4 });
    const { rows } = await owner.query<{ name: string }>('select name from feed_channel');
    channel = rows[0]!.name;
  });

  beforeEach(async () => {
    memory = new ThingMemory({ pool: database.url, listen: database.url });
    await memory.watcher.start();
  });

  afterEach(() => memory.stop());

  afterAll(async () => {
    await owner.end();
    await database.drop();
  });

  const forge = (notice: string): Promise<unknown> => owner.query('select pg_notify($1, $2)', [channel, notice]);
  const cut = (subject: string): Promise<unknown> =>
    owner.query(`select ledger_record('cut', $1, clock_timestamp() + interval '1 hour')`, [subject]);
  const dead = (subject: string, rev: number): boolean =>
    memory.ledger.isDead({ rev, jti: 'j', kid: 'k', subjects: [subject as never] });

  it('move no position, so that every later cut is obeyed', async () => {
    const rev = memory.position.reached;
    for (const notice of [`ledger cut thing:x ${GREATEST} ${GREATEST}`, `ledger ${GREATEST}`, 'ledger', 'ledger ']) {
      await forge(notice);
    }
    await memory.watcher.prove();
    expect(memory.position.reached).toBeLessThan(Date.now() * 2);
    await cut('thing:x');
    await memory.watcher.prove();
    expect(dead('thing:x', rev)).toBe(true);
  });

  it('kill no token: neither of a client, nor one token, nor a key, nor the issuer', async () => {
    const rev = memory.position.reached;
    for (const entry of ['cut issuer:i', 'cut thing:alive', 'jti j', 'kid k']) {
      await forge(`ledger ${entry} ${GREATEST} ${GREATEST}`);
      await forge(entry);
    }
    await memory.watcher.prove();
    expect([dead('issuer:i', rev), dead('thing:alive', rev)]).toEqual([false, false]);
  });

  it('make memory ask again and believe PostgreSQL', async () => {
    await owner.query(`insert into things (id, state) values ('asked', 'true')`);
    await memory.expectState('asked', 'true');
    const before = memory.statements;
    await forge('thing asked');
    await memory.watcher.prove();
    await memory.expectState('asked', 'true');
    expect(memory.statements).toBe(before + 1);
  });

  it('cannot be sent by a login without rights: it does not know the channel, and another is not heard', async () => {
    await owner.query(`insert into things (id, state) values ('deaf', 'true')`);
    await memory.expectState('deaf', 'true');
    const before = memory.statements;
    await owner.query(`select pg_notify('claviger', 'thing deaf')`);
    await memory.watcher.prove();
    await memory.expectState('deaf', 'true');
    expect(memory.statements).toBe(before);
    const { rows } = await owner.query<{ rights: string[] }>(
      `select array(select grantee::regrole::text from aclexplode(relacl) where grantee <> relowner) as rights
       from pg_class where relname = 'feed_channel'`,
    );
    expect(rows).toEqual([{ rights: [] }]);
  });

  it('by the ten thousand, unknown, enormous or of things that are not there, leave what is known in memory', async () => {
    await owner.query(`insert into things (id, state) values ('known', 'true')`);
    await memory.expectState('known', 'true');
    const before = memory.statements;
    const enormous = 'x'.repeat(7000);
    await owner.query(
      `select pg_notify($1, notice) from (
         select 'nonsense ' || i as notice from generate_series(1, 5000) i
         union all select 'thing nobody_' || i from generate_series(1, 5000) i
         union all select 'thing ' || i || $2 from generate_series(1, 200) i
         union all select '' union all select ' ' union all select 'thing') as notices`,
      [channel, enormous],
    );
    await memory.watcher.prove();
    for (let i = 0; i < 100; i++) await memory.expectState('known', 'true');
    expect(memory.statements).toBe(before);
  });

  it('are counted: strange ones, and more than changes explain, in one warning a minute', () => {
    let now = 0;
    const warnings: string[] = [];
    const meter = new NoticeMeter(
      () => now,
      (message) => warnings.push(message),
    );
    for (let i = 0; i < 70_000; i++) meter.count(i >= 3);
    meter.tick();
    expect(warnings).toEqual([]);
    now = 60_000;
    meter.tick();
    meter.tick();
    expect(warnings).toEqual([expect.stringMatching(/^3 notices /), expect.stringMatching(/^70000 notices /)]);
    now = 120_000;
    meter.count(true);
    meter.tick();
    expect(warnings).toHaveLength(2);
  });
});
