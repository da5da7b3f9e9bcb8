import { randomBytes } from 'node:crypto';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { type EntityManager } from 'typeorm';
import { type Standing, SYSTEM } from '../common/access/principal.js';
import { Clock } from '../common/clock.js';
import { DomainError } from '../common/errors/domain.error.js';
import { type PinoLoggerService } from '../common/logging/pino-logger.service.js';
import { type Watcher } from '../database/feed/watcher.js';
import { Tx } from '../database/tx.js';
import { type UnitOfWork } from '../database/unit-of-work.js';
import { type AuditEvent } from './audit-event.entity.js';
import { AuditKey } from './audit-key.js';
import { Observations } from './observations.js';
import { type Owner, type Refusal } from './refusal.js';

const START = Date.parse('2026-03-01T12:00:00Z');

class FixedClock extends Clock {
  ms = START;
  override now(): number {
    return this.ms;
  }
}

describe('observations', () => {
  let clock: FixedClock;
  let rows: AuditEvent[];
  let transactions: number[];
  let fault: Error | null;
  let logged: unknown[];
  let observations: Observations;

  beforeEach(() => {
    clock = new FixedClock();
    [rows, transactions, fault, logged] = [[], [], null, []];
    const key = new AuditKey();
    key.load(randomBytes(32));
    const run = async (standing: Standing, work: (tx: Tx) => Promise<void>): Promise<void> => {
      expect(standing).toBe(SYSTEM);
      if (fault) throw fault;
      const inserted: AuditEvent[] = [];
      const manager = {
        query: () => Promise.resolve([{ number: '1', previous: null }]),
        insert: (_: unknown, row: AuditEvent) => Promise.resolve(inserted.push(row)),
      } as unknown as EntityManager;
      const tx = new Tx(manager, clock.date());
      await work(tx);
      await tx.finish();
      rows.push(...inserted);
      transactions.push(inserted.length);
    };
    observations = new Observations(
      { run } as unknown as UnitOfWork,
      { isLive: () => true } as unknown as Watcher,
      clock,
      key,
      {
        error: (error: unknown) => logged.push(error),
      } as unknown as PinoLoggerService,
    );
  });

  const refusal = (changes: Partial<Refusal> = {}): Refusal => ({
    action: 'client_auth.refused',
    reason: 'wrong_secret',
    actor: { type: 'anonymous', id: null },
    object: { type: 'client', id: 'cli_1' },
    accountId: 'acc_1',
    workspaceId: 'ws_1',
    origin: { requestId: 'r1', address: '10.0.0.1' },
    ...changes,
  });
  const stranger = (id: string, owner: Owner | null = null): Refusal =>
    refusal({
      reason: 'unknown_client',
      object: { type: 'client', id },
      accountId: null,
      workspaceId: null,
      findOwner: () => Promise.resolve(owner),
    });
  /** Lets the time pass in rounds. */
  const pass = async (seconds: number, each: () => void = () => undefined): Promise<void> => {
    for (let i = 0; i < seconds; i += 2) {
      each();
      clock.ms += 2000;
      await observations.flush(false);
    }
  };
  const total = (): number => rows.reduce((sum, { count }) => sum + count, 0);

  it('is one row for what is equal, with the first and the last time, and where the first came from', async () => {
    observations.refused(refusal());
    clock.ms += 500;
    observations.refused(refusal({ origin: { requestId: 'r2', address: '10.0.0.2' } }));
    clock.ms += 500;
    observations.refused(refusal());
    await observations.flush(false);
    expect(rows).toHaveLength(1);
    expect(rows[0]).toMatchObject({
      chain: 'acc_1',
      accountId: 'acc_1',
      workspaceId: 'ws_1',
      at: new Date(START),
      lastAt: new Date(START + 1000),
      count: 3,
      actorType: 'anonymous',
      actorId: null,
      action: 'client_auth.refused',
      reason: 'wrong_secret',
      objectType: 'client',
      objectId: 'cli_1',
      outcome: 'refused',
      address: '10.0.0.1',
      requestId: 'r1',
      changes: null,
    });
  });

  it.each<[string, Partial<Refusal>]>([
    ['actor', { actor: { type: 'client', id: 'cli_1' } }],
    ['action', { action: 'access.refused' }],
    ['reason', { reason: 'inactive' }],
    ['object', { object: { type: 'client', id: 'cli_2' } }],
    ['account', { accountId: 'acc_2' }],
    ['workspace', { workspaceId: null }],
  ])('is two rows where the %s differs', async (_, changes) => {
    observations.refused(refusal());
    observations.refused(refusal(changes));
    await observations.flush(false);
    expect(rows.map(({ count }) => count)).toEqual([1, 1]);
  });

  it('writes the first at once and what is repeated three times a minute at most, and loses none', async () => {
    let told = 0;
    await pass(60, () => {
      for (let i = 0; i < 100; i++) observations.refused(refusal());
      told += 100;
    });
    expect(rows[0]!.count).toBe(100);
    expect(rows.length).toBeLessThanOrEqual(3);
    await pass(40);
    expect(total()).toBe(told);
  });

  it('writes nothing where nothing was refused', async () => {
    observations.refused(refusal());
    await pass(120);
    expect(transactions).toEqual([1]);
  });

  it('is a handful of rows for thousands of made-up names, whose counts add up', async () => {
    let told = 0;
    await pass(60, () => {
      for (let i = 0; i < 3000; i++) observations.refused(stranger(`cli_${told++}`));
    });
    expect(rows.length).toBeLessThanOrEqual(8);
    expect(new Set(rows.map(({ chain }) => chain))).toEqual(new Set(['platform']));
    await pass(60);
    expect(total()).toBe(told);
    expect(rows.filter(({ objectId }) => objectId !== null).length).toBeLessThanOrEqual(5);
  });

  it('names known clients however many strangers come', async () => {
    for (let i = 0; i < 3000; i++) observations.refused(stranger(`cli_${clock.ms + i}`));
    observations.refused(refusal());
    await observations.flush(false);
    expect(rows.find(({ chain }) => chain === 'acc_1')).toMatchObject({ objectId: 'cli_1', count: 1 });
  });

  it('is a bounded number of rows for a caller that is refused in many ways', async () => {
    await pass(60, () => {
      for (let i = 0; i < 5000; i++) observations.refused(refusal({ object: { type: 'endpoint', id: `GET /${i}` } }));
    });
    expect(rows.length).toBeLessThanOrEqual(23);
    await pass(60);
    expect(total()).toBe(150_000);
  });

  it("remembers a bounded number of trails, and counts what comes on top in the platform's", async () => {
    for (let i = 0; i < 3000; i++) {
      observations.refused(refusal({ accountId: `acc_${i}`, object: { type: 'client', id: `cli_${i}` } }));
    }
    await observations.flush(false);
    expect(total()).toBe(3000);
    expect(new Set(rows.map(({ chain }) => chain)).size).toBeLessThanOrEqual(2001);
    expect(rows.find(({ chain }) => chain === 'platform')).toMatchObject({ objectId: null, count: 1000 });
  });

  it('puts what a stranger names in the trail of its owner, once that is found', async () => {
    observations.refused(stranger('cli_7', { accountId: 'acc_7', workspaceId: null }));
    await observations.flush(false);
    expect(rows[0]).toMatchObject({ chain: 'acc_7', accountId: 'acc_7', workspaceId: null, objectId: 'cli_7' });
  });

  it('says what was found out, and strangers push no words of a known caller out', async () => {
    for (let n = 0; n < 2000; n++) observations.refused(stranger(`cli_${n}`));
    const caller = { type: 'client', id: 'cli_known' };
    const object = { type: 'client', id: 'cli_foreign' };
    const found = { accountId: null, workspaceId: null, reason: 'foreign_object', object };
    observations.refused(
      refusal({ reason: 'object_not_found', actor: caller, findOwner: () => Promise.resolve(found) }),
    );
    await observations.flush(false);
    expect(rows.find(({ actorId }) => actorId === caller.id)).toMatchObject({
      reason: 'foreign_object',
      objectId: object.id,
      accountId: null,
    });
  });

  it('keeps what it cannot ask about', async () => {
    let away = true;
    const findOwner = (): Promise<Owner | null> =>
      away ? Promise.reject(DomainError.unavailable('away')) : Promise.resolve(null);
    observations.refused({ ...stranger('cli_8'), findOwner });
    await observations.flush(false);
    expect(rows).toEqual([]);
    away = false;
    await observations.flush(false);
    expect(rows).toHaveLength(1);
  });

  it('holds a chain for a bounded number of rows at a time', async () => {
    for (const reason of ['a', 'b', 'c', 'd'])
      for (let i = 0; i < 20; i++)
        observations.refused(refusal({ reason, object: { type: 'client', id: `cli_${i}` } }));
    await observations.flush(false);
    expect(total()).toBe(80);
    expect(Math.max(...transactions)).toBeLessThanOrEqual(20);
  });

  it.each([
    ['a break', 'a\nb\u0000c'],
    ['its length', 'x'.repeat(10_000)],
    ['its direction', '\u202Eevil'],
  ])('holds of a made-up name only what is harmless, and not %s', async (_, id) => {
    observations.refused(stranger(id));
    await observations.flush(false);
    expect(rows[0]!.objectId).toMatch(/^[\x20-\x7E]{1,128}$/);
  });

  it('keeps everything while PostgreSQL is away, and writes it once when it is back', async () => {
    fault = DomainError.unavailable('away');
    await pass(300, () => observations.refused(refusal()));
    expect(rows).toEqual([]);
    fault = null;
    await pass(60);
    expect(total()).toBe(150);
    expect(rows.length).toBeLessThanOrEqual(3);
    expect(rows[0]!.at).toEqual(new Date(START));
  });

  it('does not write twice what a transaction of unknown end had written', async () => {
    observations.refused(refusal());
    fault = DomainError.unavailable('silent');
    await observations.flush(false);
    // It did commit: the same row again is a conflict.
    fault = DomainError.conflict('An object with this name exists already');
    await observations.flush(false);
    fault = null;
    await pass(60);
    expect(rows).toEqual([]);
    expect(logged).toEqual([]);
  });

  it('is not stopped for ever by a row that cannot be written', async () => {
    fault = new Error('broken');
    observations.refused(refusal());
    await observations.flush(false);
    fault = null;
    observations.refused(refusal({ reason: 'inactive' }));
    await observations.flush(false);
    expect(rows.map(({ reason }) => reason)).toEqual(['inactive']);
    expect(logged).toHaveLength(1);
  });

  it('writes at the end what rests', async () => {
    observations.start();
    observations.refused(refusal());
    await observations.flush(false);
    observations.refused(refusal());
    await observations.onApplicationShutdown();
    expect(rows.map(({ count }) => count)).toEqual([1, 1]);
  });
});
