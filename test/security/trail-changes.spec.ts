import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { type Answer } from '../support/call.js';
import { eventually } from '../support/engine-service.js';
import { Service } from '../support/service.js';
import { Tenants } from '../support/tenants.js';
import { testDatabase } from '../support/test-database.js';

interface Event {
  action: string;
  reason: string | null;
  actor: { type: string; id: string | null };
  object: { type: string; id: string | null };
  accountId: string | null;
  workspaceId: string | null;
  changes: object | null;
  address: string | null;
}

describe('every change stands in the trail', () => {
  let tenants: Tenants;
  let db: pg.Client;
  const call = (...args: Parameters<Tenants['call']>): Promise<Answer> => tenants.call(...args);
  const events = async (who: string, query: string): Promise<Event[]> =>
    (await call(who, 'GET', `/v1/audit-events?limit=1000&${query}`)).body as Event[];

  beforeAll(async () => {
    tenants = await Tenants.start();
    db = new pg.Client(tenants.database.url);
    await db.connect();
  }, 60_000);

  afterAll(async () => {
    await db.end();
    await tenants.stop();
  });

  it("a signing key that is made stands in the platform's trail with its algorithm and state, by whoever made it", async () => {
    const first = await events('platform', 'action=signing_key.created');
    const signing = first.map(({ actor, changes }) => [actor.type, changes]);
    expect(signing).toContainEqual(['system', { alg: 'RS256', state: 'active' }]);
    expect(signing).toContainEqual(['system', { alg: 'RS256', state: 'published' }]);
    const order = { identifier: 'https://edwards.example', name: 'Edwards', scopes: ['read'], signingAlg: 'EdDSA' };
    const made = await call('admin', 'POST', '/v1/resource-servers', order);
    expect(made.status).toBe(201);
    const { rows: keys } = await db.query<{ kid: string }>(`select kid from signing_keys where alg = 'EdDSA'`);
    const { rows: kept } = await db.query<{ action: string; object_id: string; request_id: string }>(
      `select action, object_id, request_id from audit_events where chain = 'platform' order by number desc limit 3`,
    );
    expect(kept.map(({ action }) => action)).toEqual([
      'resource_server.created',
      'signing_key.created',
      'signing_key.created',
    ]);
    expect(new Set(kept.map(({ request_id: request }) => request)).size).toBe(1);
    expect(
      kept
        .slice(1)
        .map(({ object_id: id }) => id)
        .sort(),
    ).toEqual(keys.map(({ kid }) => kid).sort());
    await call('admin', 'POST', '/v1/resource-servers', { ...order, identifier: 'https://second.example' });
    expect(await events('platform', 'action=signing_key.created')).toHaveLength(first.length + 2);
  });

  it('a person who went with their workspace is ended in the trail when their address is wanted again', async () => {
    const place = `/v1/accounts/${tenants.accounts.other!}`;
    const workspace = (await call('other', 'POST', `${place}/workspaces`, { name: 'Short', slug: 'short' })).body.id;
    const gone = { email: 'wanted@example.com', name: 'Gone', role: 'chat_user', workspaceId: workspace };
    const { id } = (await call('admin', 'POST', `${place}/users`, gone)).body as { id: string };
    expect((await call('admin', 'DELETE', `/v1/workspaces/${workspace}`)).status).toBe(204);
    expect((await events('other', `object=${id}`)).map(({ action }) => action)).toEqual(['user.created']);
    const next = { ...gone, name: 'Next', workspaceId: tenants.workspaces['other.one'] };
    const made = await call('admin', 'POST', `${place}/users`, next);
    expect(made.status).toBe(201);
    const [ended, created] = await events('other', `object=${id}`);
    expect(ended).toMatchObject({
      action: 'user.deleted',
      reason: 'workspace_deleted',
      object: { type: 'user', id },
      actor: { type: 'user' },
      accountId: tenants.accounts.other,
      workspaceId: workspace,
      address: expect.stringContaining('127.0.0.1'),
    });
    expect(created!.action).toBe('user.created');
    expect(await events('acme', `object=${id}`)).toEqual([]);
    // One who takes the address over by a change ends the holder, too.
    const second = (await call('other', 'POST', `${place}/workspaces`, { name: 'Brief', slug: 'brief' })).body.id;
    const holder = await call('admin', 'POST', `${place}/users`, {
      ...gone,
      email: 'b@example.com',
      workspaceId: second,
    });
    expect((await call('admin', 'DELETE', `/v1/workspaces/${second}`)).status).toBe(204);
    expect((await call('admin', 'PATCH', `/v1/users/${made.body.id}`, { email: 'b@example.com' })).status).toBe(200);
    expect((await events('other', `object=${holder.body.id}`)).map(({ action }) => action)).toEqual([
      'user.deleted',
      'user.created',
    ]);
  });

  describe('a start', () => {
    /** Starts another service on the database. @returns its log, and the new events */
    async function startWith(environment: Record<string, string>): Promise<{ log: string; told: Event[] }> {
      const before = (await events('platform', 'action=service.weakened')).length;
      const issuer = tenants.service.base;
      const options = { DATABASE_URL: tenants.database.url, ISSUER: issuer, LOG_LEVEL: 'warn', ...environment };
      const service = await Service.spawn(options);
      await eventually(async () => (await service.get('/health/ready').catch(() => null))?.status === 200, 20_000);
      await service.stop();
      const told = (await events('platform', 'action=service.weakened')).reverse().slice(before);
      return { log: service.output, told };
    }
    const warnings = (log: string): number => log.split('Settings weaken security').length - 1;

    it('with settings that weaken security is one event and one warning, which name them', async () => {
      const open = { RATE_LIMIT_MAX: '0', CLIENT_CREATION_MAX: '0', CREDENTIAL_CREATION: 'any' };
      const { log, told } = await startWith(open);
      expect(told).toHaveLength(1);
      expect(told[0]).toMatchObject({
        actor: { type: 'system', id: 'system' },
        object: { type: 'service', id: tenants.service.base },
        accountId: null,
        changes: { settings: Object.keys(open) },
      });
      expect(warnings(log)).toBe(1);
      for (const name of Object.keys(open)) expect(log).toContain(name);
    }, 40_000);

    it('with the defaults says nothing', async () => {
      const { log, told } = await startWith({});
      expect(told).toEqual([]);
      expect(warnings(log)).toBe(0);
    }, 40_000);

    it('in production without HTTPS is one of them', async () => {
      const database = await testDatabase();
      const owner = new pg.Client(database.url);
      await owner.connect();
      const service = await Service.spawn({
        DATABASE_URL: database.url,
        NODE_ENV: 'production',
        ISSUER: 'https://claviger.example',
        KEY_ENCRYPTION_KEY: randomBytes(32).toString('base64'),
        REQUIRE_HTTPS: 'false',
      });
      try {
        await eventually(async () => (await service.get('/health/ready').catch(() => null))?.status === 200, 20_000);
        const { rows } = await owner.query(`select changes from audit_events where action = 'service.weakened'`);
        expect(rows).toEqual([{ changes: { settings: ['REQUIRE_HTTPS'] } }]);
      } finally {
        await service.stop();
        await owner.end();
        await database.drop();
      }
    }, 40_000);
  });
});
