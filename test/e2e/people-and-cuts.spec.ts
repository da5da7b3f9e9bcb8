import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import pg from 'pg';
import { type Answer } from '../support/call.js';
import { Tenants } from '../support/tenants.js';

// Each password costs a tenth of a second of all cores, and others may be at work.
jest.setTimeout(60_000);

describe('the tokens of a person', () => {
  let tenants: Tenants;
  let db: pg.Client;
  const call = (...args: Parameters<Tenants['call']>): Promise<Answer> => tenants.call(...args);

  beforeAll(async () => {
    tenants = await Tenants.start();
    await tenants.person('acmeAdmin', 'account_admin', 'acme');
    db = new pg.Client(tenants.database.url);
    await db.connect();
  });

  afterAll(async () => {
    await db.end();
    await tenants.stop();
  });

  it('are dead by a role that takes something away, by another workspace and by the end, and not by a wider role', async () => {
    const person = await tenants.person('narrowed', 'billing_admin', 'acme.two');
    const token = await tenants.signIn(person);
    const whoami = async (): Promise<unknown[]> => {
      const { status, body } = await call(token, 'GET', '/v1/whoami');
      return [status, body.role, body.scopes];
    };
    const path = `/v1/users/${person.id}`;
    // Verifiers that never ask this service hear of cuts alone.
    const cut = async (): Promise<number> => {
      const sql = `select position from ledger_entries where kind = 'cut' and subject = $1`;
      return Number((await db.query(sql, [`user:${person.id}`])).rows[0].position);
    };
    const set = await cut();
    await call('acmeAdmin', 'PATCH', path, { role: 'content_manager' });
    // The present role counts, within what the token says.
    for (let tries = 0; tries < 50 && (await whoami())[1] === 'billing_admin'; tries++) await sleep(100);
    expect([await whoami(), await cut()]).toEqual([[200, 'content_manager', ['read']], set]);
    await call('acmeAdmin', 'PATCH', path, { role: 'chat_user' });
    const narrowed = await cut();
    expect(narrowed).toBeGreaterThan(set);
    await tenants.untilDead(token);
    const again = await tenants.signIn(person);
    expect((await call(again, 'GET', '/v1/whoami')).status).toBe(200);
    await call('acmeAdmin', 'PATCH', path, { workspaceId: tenants.workspaces['acme.one'] });
    const moved = await cut();
    expect(moved).toBeGreaterThan(narrowed);
    await tenants.untilDead(again);
    await call('acmeAdmin', 'DELETE', path);
    expect(await cut()).toBeGreaterThan(moved);
    await expect(tenants.signIn(person)).rejects.toThrow('401');
  });
});
