import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { type Answer } from '../support/call.js';
import { Tenants } from '../support/tenants.js';

/** An Idempotency-Key is its sender's, for a day. */
describe('a repeated request', () => {
  let tenants: Tenants;
  let db: pg.Client;

  beforeAll(async () => {
    tenants = await Tenants.start();
    await tenants.person('one', 'account_admin', 'acme');
    await tenants.person('two', 'account_admin', 'acme');
    db = new pg.Client(tenants.database.url);
    await db.connect();
  }, 60_000);

  afterAll(async () => {
    await db.end();
    await tenants.stop();
  }, 60_000);

  const make = (who: string, key: string): Promise<Answer> =>
    tenants.call(
      who,
      'POST',
      `/v1/workspaces/${tenants.workspaces['acme.one']!}/clients`,
      { name: 'job', role: 'chat_user' },
      { 'idempotency-key': key },
    );

  it('is another’s own, whoever in the tenant sent the same key before', async () => {
    const mine = await make('one', 'shared');
    const theirs = await make('two', 'shared');
    const platforms = await make('admin', 'shared');
    expect([mine.status, theirs.status, platforms.status]).toEqual([201, 201, 201]);
    expect(new Set([mine.body.id, theirs.body.id, platforms.body.id]).size).toBe(3);
    expect(theirs.body.clientSecret).toEqual(expect.any(String));
    const again = await make('two', 'shared');
    expect([again.status, again.body.id, again.body.clientSecret]).toEqual([200, theirs.body.id, undefined]);
  });

  it('is remembered for 24 hours, and is a new one after that', async () => {
    const first = await make('one', 'yesterday');
    const { rows } = await db.query<{ hours: number }>(
      `select extract(epoch from expires_at - now())::float8 / 3600 as hours from idempotency_keys where key = 'yesterday'`,
    );
    expect(rows[0]!.hours).toBeCloseTo(24, 1);
    await db.query(`update idempotency_keys set expires_at = now() + interval '30 seconds' where key = 'yesterday'`);
    expect((await make('one', 'yesterday')).body.id).toBe(first.body.id);
    await db.query(`update idempotency_keys set expires_at = now() - interval '1 second' where key = 'yesterday'`);
    const later = await make('one', 'yesterday');
    expect(later.status).toBe(201);
    expect(later.body.id).not.toBe(first.body.id);
  });
});
