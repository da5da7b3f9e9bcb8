import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { newClientSecret } from '../../src/common/credential/format.js';
import { newId } from '../../src/common/id.js';
import { eventually } from '../support/engine-service.js';
import { Service } from '../support/service.js';
import { type Answer } from '../support/call.js';
import { Tenants } from '../support/tenants.js';

interface Event {
  reason: string;
  count: number;
  address: string;
  requestId: string;
  actor: { type: string; id: string | null };
  object: { type: string; id: string | null };
  accountId: string | null;
  workspaceId: string | null;
}

describe('the audit trail of refusals', () => {
  let tenants: Tenants;
  let db: pg.Client;
  const call = (...args: Parameters<Tenants['call']>): Promise<Answer> => tenants.call(...args);
  const events = async (who: string, query: string): Promise<Event[]> =>
    (await call(who, 'GET', `/v1/audit-events?outcome=refused&limit=1000&${query}`)).body as Event[];
  /** Waits for the first event of a query. */
  const event = async (who: string, query: string): Promise<Event> => {
    let found: Event[] = [];
    await eventually(async () => (found = await events(who, query)).length > 0, 5000);
    return found[0]!;
  };
  const refuse = async (id: string, secret: string, headers: Record<string, string> = {}): Promise<void> => {
    const answer = await fetch(`${tenants.service.base}/oauth/token`, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json' },
      body: JSON.stringify({ grant_type: 'client_credentials', client_id: id, client_secret: secret }),
    });
    expect(answer.status).toBe(401);
  };
  const malformed = (secret: string): string => secret.slice(0, -1) + (secret.endsWith('0') ? '1' : '0');

  beforeAll(async () => {
    tenants = await Tenants.start();
    db = new pg.Client(tenants.database.url);
    await db.connect();
  }, 60_000);

  afterAll(async () => {
    await db.end();
    await tenants.stop();
  });

  it("a wrong secret of a known client stands in its own account's and workspace's trail, and in no other", async () => {
    const { id } = tenants.clients['acme.two']!;
    await refuse(id, newClientSecret('cv'), { 'x-request-id': 'wrong-1' });
    await refuse(id, newClientSecret('cv'));
    expect(await event('acme.two', 'action=client_auth.refused')).toMatchObject({
      reason: 'wrong_secret',
      count: 2,
      actor: { type: 'anonymous', id: null },
      object: { type: 'client', id },
      accountId: tenants.accounts.acme,
      workspaceId: tenants.workspaces['acme.two'],
      requestId: 'wrong-1',
      address: expect.stringContaining('127.0.0.1'),
    });
    expect(await events('acme', `object=${id}`)).toHaveLength(1);
    expect(await events('platform', `object=${id}`)).toHaveLength(1);
    for (const who of ['acme.one', 'other', 'other.one']) expect(await events(who, `object=${id}`)).toEqual([]);
  });

  it('a malformed secret does, too, of a client that nobody has used yet', async () => {
    const { id, secret } = tenants.clients['other.two.writer']!;
    await refuse(id, malformed(secret));
    expect(await event('other.two', `object=${id}`)).toMatchObject({
      reason: 'malformed_secret',
      accountId: tenants.accounts.other,
    });
  });

  it('a good secret of a client that has ended says who it was', async () => {
    const { id, secret } = tenants.clients['other.one.reader']!;
    await db.query(`update clients set ended_at = now(), ended_by = 'test', ended_reason = 'test' where id = $1`, [id]);
    await refuse(id, secret);
    expect(await event('other.one', `object=${id}`)).toMatchObject({
      reason: 'inactive',
      actor: { type: 'client', id },
    });
  });

  it('an expired secret is told from a wrong one', async () => {
    const { id, secret } = tenants.clients['other.one.writer']!;
    await db.query(`update client_secrets set expires_at = now() + interval '2 seconds' where client_id = $1`, [id]);
    expect((await tenants.service.token({ id, secret })).status).toBe(200);
    await eventually(async () => (await tenants.service.token({ id, secret })).status === 401, 5000);
    expect(await event('other.one', `object=${id}`)).toMatchObject({ reason: 'expired_secret' });
  });

  it("an unknown client stands in the platform's trail alone", async () => {
    const id = newId('cli', Date.now());
    await refuse(id, newClientSecret('cv'));
    expect(await event('platform', `object=${id}`)).toMatchObject({
      reason: 'unknown_client',
      accountId: null,
      workspaceId: null,
      actor: { type: 'anonymous', id: null },
    });
    await refuse(id, malformed(newClientSecret('cv')));
    await eventually(async () => (await events('platform', `object=${id}`)).length === 2, 5000);
    expect((await events('acme', 'action=client_auth.refused')).some(({ object }) => object.id === id)).toBe(false);
  });

  it('a secret in the place of the name does not get into the trail', async () => {
    const secret = newClientSecret('cv');
    await refuse(secret, newClientSecret('cv'));
    await eventually(async () => {
      const rows = await events('platform', 'action=client_auth.refused');
      return rows.some(({ object }) => object.id === `${secret.slice(0, 8)}...`);
    }, 5000);
    const { rows } = await db.query('select audit_events::text as text from audit_events');
    expect(rows.filter(({ text }: { text: string }) => text.includes(secret.slice(0, 12)))).toEqual([]);
  });

  it('a wrong password stands in the trail: of a stranger without the name, of a person in their own', async () => {
    const login = { username: 'nobody@example.com', password: 'not the password' };
    await call(null, 'POST', '/auth/login', login);
    expect(await event('platform', 'action=login.refused')).toMatchObject({
      reason: 'invalid_credentials',
      actor: { type: 'anonymous', id: null },
      object: { type: 'user', id: null },
    });
    const { id } = await tenants.person('acmeAdmin', 'account_admin', 'acme');
    const passwords = { currentPassword: 'not the password', newPassword: 'another long password' };
    expect((await call('acmeAdmin', 'POST', '/auth/password', passwords)).status).toBe(401);
    expect(await event('acme', 'action=password.refused')).toMatchObject({ actor: { type: 'user', id } });
    const setUp = { setupToken: 'cv_st_x', password: 'another long password' };
    expect((await call(null, 'POST', '/auth/password', setUp)).status).toBe(401);
    expect((await event('platform', 'action=password.refused')).actor.id).not.toBe('');
  }, 30_000);

  it('what a principal may not do stands in its own trail, by route and without what it asked for', async () => {
    const { id } = tenants.clients['acme.one.reader']!;
    const path = `/v1/workspaces/${tenants.workspaces['acme.one']!}`;
    expect((await call('acme.one.reader', 'PATCH', path, { name: 'x' })).status).toBe(403);
    expect((await call('acme.one.reader', 'GET', '/v1/accounts')).status).toBe(403);
    expect(await event('acme.one', `actor=${id}`)).toBeDefined();
    await eventually(async () => (await events('acme.one', `actor=${id}`)).length === 2, 5000);
    const found = await events('acme.one', `actor=${id}&action=access.refused`);
    expect(found.map(({ reason, object, workspaceId }) => [reason, object.id, workspaceId]).sort()).toEqual([
      ['insufficient_scope', 'GET /v1/accounts', tenants.workspaces['acme.one']],
      ['insufficient_scope', 'PATCH /v1/workspaces/:workspaceId', tenants.workspaces['acme.one']],
    ]);
  });

  it('fifty strangers with thousands of made-up names leave a handful of rows, and hold up nobody', async () => {
    const secret = newClientSecret('cv');
    const before = Number((await db.query<{ n: string }>(`select count(*) as n from audit_events`)).rows[0]!.n);
    const sum = async (): Promise<number> => {
      const { rows } = await db.query<{ sum: string | null }>(
        `select sum(count) from audit_events where reason = 'unknown_client'`,
      );
      return Number(rows[0]!.sum);
    };
    const sumBefore = await sum();
    let told = 0;
    const storm = new AbortController();
    const strangers = Array.from({ length: 50 }, async () => {
      for (let i = 0; i < 60; i++, told++) await refuse(newId('cli', Date.now()), secret);
    });
    const changes: number[] = [];
    const administrator = (async () => {
      for (let i = 0; !storm.signal.aborted; i++) {
        const path = `/v1/workspaces/${tenants.workspaces['acme.one']!}`;
        changes.push((await call('acme.one', 'PATCH', path, { name: `n${i}` })).status);
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    })();
    await Promise.all(strangers);
    storm.abort();
    await administrator;
    expect(changes.length).toBeGreaterThan(0);
    expect(new Set(changes)).toEqual(new Set([200]));
    await eventually(async () => (await sum()) > sumBefore, 5000);
    await tenants.service.stop();
    expect((await sum()) - sumBefore).toBe(told);
    const after = Number((await db.query<{ n: string }>(`select count(*) as n from audit_events`)).rows[0]!.n);
    expect(after - before - changes.length).toBeLessThanOrEqual(12);
    expect(told).toBe(3000);
  }, 60_000);

  it('a credential over plain HTTP stands in the trail, though nobody looks whose it is', async () => {
    const service = await Service.start({
      DATABASE_URL: tenants.database.url,
      REQUIRE_HTTPS: 'true',
      ISSUER: tenants.service.base,
    });
    expect((await service.get('/v1/whoami', { authorization: 'Bearer x' })).status).toBe(403);
    expect((await service.get('/v1/whoami')).status).toBe(403);
    await service.stop();
    const { rows } = await db.query(
      `select count, object_id, actor_id, chain from audit_events where reason = 'plain_http'`,
    );
    expect(rows).toEqual([{ count: 1, object_id: 'GET /v1/whoami', actor_id: null, chain: 'platform' }]);
  });
});
