import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { ThingMemory, thingsSchema } from '../support/memory-pair.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import { type TestDatabase, testDatabase } from '../support/test-database.js';

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describe('memory that PostgreSQL keeps true', () => {
  let database: TestDatabase;
  let admin: pg.Pool;
  let poolProxy: TcpProxy;
  let listenProxy: TcpProxy;
  let near: ThingMemory;
  let far: ThingMemory;
  let sequence = 0;

  const make = async (state = 'new'): Promise<string> => {
    const id = `thing_${++sequence}`;
    await admin.query('insert into things (id, state) values ($1, $2)', [id, state]);
    return id;
  };
  const change = (id: string, state: string): Promise<unknown> =>
    admin.query('update things set state = $2 where id = $1', [id, state]);
  const cut = (id: string): Promise<unknown> =>
    admin.query(`select ledger_record('cut', $1, clock_timestamp() + interval '1 hour')`, [`thing:${id}`]);

  beforeAll(async () => {
    database = await testDatabase();
    await thingsSchema(database.url);
    admin = new pg.Pool({ connectionString: database.url, max: 4 });
    admin.on('error', () => undefined);
  });

  beforeEach(async () => {
    const port = Number(new URL(database.url).port);
    poolProxy = await TcpProxy.to(port);
    listenProxy = await TcpProxy.to(port);
    near = new ThingMemory({ pool: poolProxy.through(database.url), listen: listenProxy.through(database.url) });
    far = new ThingMemory({ pool: database.url, listen: database.url });
    await near.watcher.start();
    await far.watcher.start();
  });

  afterEach(async () => {
    poolProxy.close();
    listenProxy.close();
    await near.stop();
    await far.stop();
  });

  afterAll(async () => {
    await admin.end();
    await database.drop();
  });

  it('answers from memory without a statement once a thing is known', async () => {
    const id = await make();
    await near.expectState(id, 'new');
    const before = near.statements;
    for (let i = 0; i < 100; i++) await near.expectState(id, 'new');
    expect(near.statements).toBe(before);
  });

  it('asks a handful of statements for a thousand unknown things', async () => {
    const before = near.statements;
    const asked = Array.from({ length: 1000 }, (_, i) => near.expectState(`nobody_${i}`, 'new'));
    const results = await Promise.allSettled(asked);
    expect(results.every(({ status }) => status === 'rejected')).toBe(true);
    expect(near.statements - before).toBeLessThanOrEqual(5);
  });

  it('knows at once on one process what was made on another, though it was remembered as unknown', async () => {
    for (let i = 0; i < 50; i++) {
      const id = `later_${i}`;
      await expect(far.expectState(id, 'new')).rejects.toThrow('refused');
      await admin.query('insert into things (id, state) values ($1, $2)', [id, 'new']);
      await far.expectState(id, 'new');
    }
  });

  it('never refuses on old knowledge: a change just acknowledged is seen by the next request', async () => {
    const id = await make('0');
    for (let i = 1; i <= 100; i++) {
      await far.expectState(id, String(i - 1));
      await change(id, String(i));
      await far.expectState(id, String(i));
    }
  });

  it('does not keep a load that a notice overtook', async () => {
    const id = await make('old');
    poolProxy.hold();
    const asked = near.expectState(id, 'new');
    await sleep(100);
    await change(id, 'new');
    await sleep(200);
    poolProxy.release();
    await asked;
    await near.expectState(id, 'new');
  });

  it('mints no token that a cut kills by mistake, and kills those from before it', async () => {
    const id = await make('a');
    const before = await far.expectState(id, 'a');
    await change(id, 'b');
    await cut(id);
    const after = await far.expectState(id, 'b');
    const dead = (memory: ThingMemory, rev: number): boolean =>
      memory.ledger.isDead({ rev, jti: '', kid: '', subjects: [`thing:${id}` as never] });
    await near.watcher.prove();
    for (const memory of [near, far]) {
      expect(dead(memory, before.rev)).toBe(true);
      expect(dead(memory, after.rev)).toBe(false);
    }
  });

  it('replaces a listening connection that fell silent within ten seconds, and has missed nothing', async () => {
    const id = await make('old');
    await near.expectState(id, 'old');
    listenProxy.blackHole();
    await change(id, 'new');
    await sleep(5000);
    await near.expectState(id, 'new');
    await expect(near.expectState(id, 'old')).rejects.toThrow('refused');
  }, 15_000);

  it('serves what it knows while PostgreSQL is away, and neither refuses nor loads', async () => {
    const id = await make('known');
    // The notice of its making has arrived: it would drop what is loaded now.
    await near.watcher.prove();
    await near.expectState(id, 'known');
    listenProxy.close();
    await sleep(2500);
    await near.expectState(id, 'known');
    await expect(near.expectState(id, 'other')).rejects.toMatchObject({ kind: 'unavailable' });
    await expect(near.expectState('nobody', 'known')).rejects.toMatchObject({ kind: 'unavailable' });
  }, 15_000);

  it('is never stale past a second over ten thousand changes and reads on two processes', async () => {
    const ids = await Promise.all(Array.from({ length: 20 }, () => make('0')));
    const history = new Map(ids.map((id) => [id, [{ value: 0, endedAt: Infinity }]]));
    const wrong: string[] = [];
    let steps = 0;
    const writer = async (): Promise<void> => {
      while (steps < 10_000) {
        steps++;
        const id = ids[steps % ids.length]!;
        const states = history.get(id)!;
        const last = states.at(-1)!;
        if (last.endedAt !== Infinity) continue;
        last.endedAt = -1;
        await change(id, String(last.value + 1));
        last.endedAt = performance.now();
        states.push({ value: last.value + 1, endedAt: Infinity });
      }
    };
    const reader = async (memory: ThingMemory): Promise<void> => {
      while (steps < 10_000) {
        steps++;
        const id = ids[steps % ids.length]!;
        const askedAt = performance.now();
        const state = await memory.memory.decide(() => memory.things.get(id)?.state ?? 'none');
        const known = history.get(id)!.find(({ value }) => String(value) === state);
        if (known && known.endedAt > 0 && known.endedAt < askedAt - 1050) wrong.push(`${id} ${state}`);
      }
    };
    await Promise.all([writer(), writer(), reader(near), reader(far), reader(near), reader(far)]);
    expect(wrong).toEqual([]);
  }, 60_000);
});
