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
    // The notice of its making has arrived: it would drop what is loaded from here on.
    await Promise.all([near.watcher.prove(), far.watcher.prove()]);
    return id;
  };
  const dead = (memory: ThingMemory, id: string, rev: number): boolean =>
    memory.ledger.isDead({ rev, jti: '', kid: '', subjects: [`thing:${id}` as never] });
  /** Opens the pool's connection, so that what is held later is an answer and not a handshake. */
  const warm = async (): Promise<void> => {
    await near.expectState(await make(), 'new');
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
    const asked: Promise<unknown>[] = [];
    for (let i = 0; i < 1000; i++) {
      asked.push(near.expectState(`nobody_${i}`, 'new'));
      if (i % 20 === 0) await sleep(1);
    }
    const results = await Promise.allSettled(asked);
    expect(results.every(({ status }) => status === 'rejected')).toBe(true);
    expect(near.statements - before).toBeLessThanOrEqual(15);
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
    await warm();
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
    await near.watcher.prove();
    for (const memory of [near, far]) {
      expect(dead(memory, id, before.rev)).toBe(true);
      expect(dead(memory, id, after.rev)).toBe(false);
    }
  });
  it('refuses only on a proof asked for after the request: a change whose notice is late is waited for', async () => {
    const id = await make('old');
    await near.expectState(id, 'old');
    await expect(near.expectState('made_late', 'new')).rejects.toThrow('refused');
    listenProxy.hold();
    await change(id, 'new');
    await admin.query(`insert into things (id, state) values ('made_late', 'new')`);
    const asked = [near.expectState(id, 'new'), near.expectState('made_late', 'new')];
    await sleep(200);
    listenProxy.release();
    await Promise.all(asked);
  });
  it('accepts nothing without a proof of the last second: it waits for one', async () => {
    const id = await make('old');
    await near.expectState(id, 'old');
    listenProxy.hold();
    await change(id, 'new');
    await sleep(1200);
    const asked = near.memory.decide(() => near.things.get(id)?.state);
    await sleep(300);
    listenProxy.release();
    expect(await asked).toBe('new');
  });

  it('uses a load only once it has heard of every cut that the load saw', async () => {
    await warm();
    const id = await make('a');
    listenProxy.hold();
    await change(id, 'b');
    await cut(id);
    const asked = near.expectState(id, 'b');
    await sleep(200);
    listenProxy.release();
    const { rev } = await asked;
    await near.watcher.prove();
    expect(dead(near, id, rev)).toBe(false);
  });

  it('reads the subject of a cut anew, though its row did not change', async () => {
    const id = await make('a');
    await near.expectState(id, 'a');
    await cut(id);
    await near.watcher.prove();
    const before = near.statements;
    await near.expectState(id, 'a');
    expect(near.statements).toBe(before + 1);
  });

  it('knows the cuts that were made while it connected, and claims no position before all below it is read', async () => {
    const late = new ThingMemory({ pool: database.url, listen: listenProxy.through(database.url) });
    const reached: number[] = [];
    const note = (): number => reached.push(late.position.reached);
    late.watcher.subscribe({ drop: note, entries: note });
    const started = late.watcher.start();
    for (let i = 0; i < 20; i++) await cut(`while_connecting_${i}`);
    await started;
    await late.watcher.prove();
    const known = Array.from({ length: 20 }, (_, i) => dead(late, `while_connecting_${i}`, 1));
    await late.stop();
    // What was dropped and read came before the position that says so.
    expect(reached.slice(0, 2)).toEqual([0, 0]);
    expect(known).toEqual(known.map(() => true));
  });

  it('voids a load that began before the connection was lost', async () => {
    await warm();
    const id = await make('old');
    poolProxy.hold();
    const asked = near.memory.decide(() => near.things.get(id)?.state).catch(() => 'unavailable');
    await sleep(100);
    listenProxy.blackHole();
    await change(id, 'new');
    await sleep(4500);
    poolProxy.release();
    await asked;
    await near.expectState(id, 'new');
  }, 15_000);

  it('keeps nothing of a load that ends between the loss of the connection and the next one', async () => {
    await warm();
    const id = await make('old');
    poolProxy.hold();
    const asked = near.memory.decide(() => near.things.get(id)?.state);
    await sleep(100);
    listenProxy.stop();
    await sleep(100);
    await change(id, 'new');
    poolProxy.release();
    await expect(asked).rejects.toMatchObject({ kind: 'unavailable' });
    listenProxy.resume();
    await sleep(2500);
    await near.expectState(id, 'new');
  }, 15_000);

  it('decides afresh on a proof asked for from then on, accepting as refusing', async () => {
    const id = await make('old');
    await near.expectState(id, 'old');
    listenProxy.hold();
    await change(id, 'new');
    const asked = near.memory.decideAfresh(() => near.things.get(id)?.state);
    await sleep(200);
    listenProxy.release();
    expect(await asked).toBe('new');
    listenProxy.stop();
    await sleep(200);
    await expect(near.memory.decideAfresh(() => 'accepted')).rejects.toMatchObject({ kind: 'unavailable' });
  }, 15_000);

  it('loads nothing while no proof comes, and drops nothing when a late one does', async () => {
    const [known, cold] = [await make('known'), await make('cold')];
    await near.expectState(known, 'known');
    const before = near.statements;
    listenProxy.hold();
    await sleep(1200);
    await near.expectState(known, 'known');
    await expect(near.expectState(cold, 'cold')).rejects.toMatchObject({ kind: 'unavailable' });
    listenProxy.release();
    await sleep(500);
    await near.expectState(known, 'known');
    expect(near.statements).toBe(before);
    await near.expectState(cold, 'cold');
  }, 15_000);

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
