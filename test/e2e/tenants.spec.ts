import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { type Answer } from '../support/call.js';
import { Tenants } from '../support/tenants.js';

const UNKNOWN = '01ARZ3NDEKTSV4RRFFQ69G5FAV';

describe('accounts and workspaces', () => {
  let tenants: Tenants;
  let db: pg.Client;
  const call = (...args: Parameters<Tenants['call']>): Promise<Answer> => tenants.call(...args);
  const account = (name: string): string => `/v1/accounts/${tenants.accounts[name]!}`;
  const workspace = (name: string): string => `/v1/workspaces/${tenants.workspaces[name]!}`;

  beforeAll(async () => {
    tenants = await Tenants.start();
    db = new pg.Client(tenants.database.url);
    await db.connect();
  }, 60_000);

  afterAll(async () => {
    await db.end();
    await tenants.stop();
  });

  it('the platform makes an account, at a place that answers it', async () => {
    const made = await call('platform', 'POST', '/v1/accounts', { name: ' Made ', plan: 'free' });
    expect(made.status).toBe(201);
    expect(made.body).toEqual({
      id: expect.stringMatching(/^acc_[0-9A-Z]{26}$/),
      name: 'Made',
      plan: 'free',
      status: 'active',
      createdAt: expect.stringMatching(/^\d{4}-.*Z$/),
      updatedAt: made.body.createdAt,
    });
    expect(made.headers.get('location')).toBe(`${tenants.service.base}/v1/accounts/${made.body.id}`);
    expect(made.headers.get('etag')).toBe('"1"');
    const read = await call('platform', 'GET', `/v1/accounts/${made.body.id}`);
    expect([read.status, read.body, read.headers.get('etag')]).toEqual([200, made.body, '"1"']);
  });

  it.each([
    [{}, ['name', 'plan']],
    [{ name: 'x', plan: 'gold' }, ['plan']],
    [{ name: '', plan: 'pro' }, ['name']],
    [{ name: 'x'.repeat(201), plan: 'pro' }, ['name']],
    [{ name: 'a\u202Eb', plan: 'pro' }, ['name']],
    [{ name: 'a\u0000b', plan: 'pro' }, ['name']],
    [{ name: 'x', plan: 'pro', status: 'active' }, ['']],
    [[], ['']],
  ])('refuses %j, and says where', async (body, paths) => {
    const answer = await call('platform', 'POST', '/v1/accounts', body);
    expect(answer.status).toBe(400);
    expect(answer.body.details.map(({ path }: { path: string }) => path)).toEqual(paths);
  });

  it('a repeated request makes one object, and answers it as it was made', async () => {
    const ask = (body: object, key = 'sign-up 1'.replace(' ', '-')): Promise<Answer> =>
      call('platform', 'POST', '/v1/accounts', body, { 'idempotency-key': key });
    const first = await ask({ name: 'Once', plan: 'pro' });
    await call('platform', 'PATCH', `/v1/accounts/${first.body.id}`, { name: 'Renamed' });
    const again = await ask({ name: 'Once', plan: 'pro' });
    expect([again.status, again.body]).toEqual([200, first.body]);
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    expect(first.headers.get('idempotency-replayed')).toBeNull();
    expect((await ask({ name: 'Twice', plan: 'pro' })).status).toBe(409);
    expect((await ask({ name: 'Once', plan: 'pro' }, 'x'.repeat(256))).status).toBe(400);
    expect((await ask({ name: 'Once', plan: 'pro' }, 'clé')).status).toBe(400);
    const { rows } = await db.query(`select count(*)::int as n from accounts where name in ('Once', 'Renamed')`);
    expect(rows).toEqual([{ n: 1 }]);
  });

  it('a request that failed does not use its key up', async () => {
    const ask = (slug: string): Promise<Answer> =>
      call('acme', 'POST', `${account('acme')}/workspaces`, { name: 'K', slug }, { 'idempotency-key': 'k' });
    expect((await ask('one')).status).toBe(409);
    expect((await ask('kept')).status).toBe(201);
  });

  it('equal requests at the same moment make one object', async () => {
    const answers = await Promise.all(
      Array.from({ length: 10 }, () =>
        call('platform', 'POST', '/v1/accounts', { name: 'Raced', plan: 'pro' }, { 'idempotency-key': 'race' }),
      ),
    );
    const statuses = answers.map(({ status }) => status).sort();
    expect(statuses.filter((status) => status === 201)).toHaveLength(1);
    expect(new Set(statuses)).toEqual(new Set([201, ...statuses.filter((status) => [200, 409].includes(status))]));
    const { rows } = await db.query(`select count(*)::int as n from accounts where name = 'Raced'`);
    expect(rows).toEqual([{ n: 1 }]);
  });

  it('of twenty workspaces with one slug, one is made', async () => {
    const answers = await Promise.all(
      Array.from({ length: 20 }, () =>
        call('acme', 'POST', `${account('acme')}/workspaces`, { name: 'Race', slug: 'race' }),
      ),
    );
    const statuses = answers.map(({ status }) => status);
    expect([statuses.filter((s) => s === 201).length, statuses.filter((s) => s === 409).length]).toEqual([1, 19]);
  });

  it('another account has the same slug and knows nothing of it', async () => {
    const made = await call('other', 'POST', `${account('other')}/workspaces`, { name: 'Race', slug: 'race' });
    expect(made.status).toBe(201);
    expect(made.body.createdBy).toBe(tenants.clients.other!.id);
  });

  it('a change needs the version that it was meant for, if it names one', async () => {
    const path = workspace('acme.two');
    const patch = (name: string, ifMatch?: string): Promise<Answer> =>
      call('acme', 'PATCH', path, { name }, ifMatch === undefined ? {} : { 'if-match': ifMatch });
    const changed = await patch('Second', '"1"');
    expect([changed.status, changed.headers.get('etag'), changed.body.name]).toEqual([200, '"2"', 'Second']);
    expect((await patch('Third', '"1"')).status).toBe(412);
    expect((await patch('Third', 'W/"2"')).status).toBe(412);
    expect((await patch('Third', '"9", "2"')).headers.get('etag')).toBe('"3"');
    expect((await patch('Fourth', '*')).headers.get('etag')).toBe('"4"');
    // Nothing differs, so there is no new version.
    expect((await patch('Fourth')).headers.get('etag')).toBe('"4"');
    expect((await call('acme', 'PATCH', path, { colour: 'red' })).status).toBe(400);
  });

  it('of two changes to one version at the same moment, one is refused', async () => {
    const { headers } = await call('acme', 'GET', workspace('acme.two'));
    const ifMatch = { 'if-match': headers.get('etag')! };
    const answers = await Promise.all(
      ['a', 'b'].map((name) => call('acme', 'PATCH', workspace('acme.two'), { name }, ifMatch)),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 412]);
  });

  it('lists come in pages, newest first, and their links lead through all of them', async () => {
    const all = (await call('acme', 'GET', `${account('acme')}/workspaces`)).body.map(({ id }: { id: string }) => id);
    expect(all).toEqual([...all].sort().reverse());
    const seen: string[] = [];
    let url: string | undefined = `${tenants.service.base}${account('acme')}/workspaces?limit=2`;
    while (url !== undefined) {
      const page = await call('acme', 'GET', url.slice(tenants.service.base.length));
      seen.push(...page.body.map(({ id }: { id: string }) => id));
      url = /^<([^>]+)>; rel="next"$/.exec(page.headers.get('link') ?? '')?.[1];
    }
    expect(seen).toEqual(all);
    expect(all.length).toBeGreaterThan(3);
  });

  it('a cursor is good for its list and its tenant alone', async () => {
    const next = async (who: string, path: string): Promise<string> => {
      const link = (await call(who, 'GET', `${path}?limit=1`)).headers.get('link')!;
      return new URL(/<([^>]+)>/.exec(link)![1]!).searchParams.get('cursor')!;
    };
    const list = `${account('acme')}/workspaces`;
    const cursor = encodeURIComponent(await next('acme', list));
    const status = async (who: string, path: string): Promise<number> => (await call(who, 'GET', path)).status;
    expect(await status('acme', `${list}?cursor=${cursor}`)).toBe(200);
    expect(await status('acme', `/v1/account/workspaces?cursor=${cursor}`)).toBe(400);
    expect(await status('platform', `${list}?cursor=${cursor}`)).toBe(400);
    expect(await status('other', `${account('other')}/workspaces?cursor=${cursor}`)).toBe(400);
    expect(await status('acme', `${list}?cursor=${cursor.replace('ws_', 'wt_')}`)).toBe(400);
    for (const forged of ['x', '', 'ws_1.x', "'%20or%201=1", 'a'.repeat(2000)]) {
      expect([forged, await status('acme', `${list}?cursor=${forged}`)]).toEqual([forged, 400]);
    }
    for (const limit of ['0', '1001', '-1', '1.5', 'x', '']) {
      expect([limit, await status('acme', `${list}?limit=${limit}`)]).toEqual([limit, 400]);
    }
  });

  it("another tenant's account is the same 404 as none, and one's own above one's level is 403", async () => {
    const bodies = await Promise.all(
      [account('other'), `/v1/accounts/acc_${UNKNOWN}`, `${account('other')}/workspaces`].map(async (path) => {
        const { status, body } = await call('acme', 'GET', path);
        delete body.requestId;
        return JSON.stringify([status, body]);
      }),
    );
    expect(new Set(bodies)).toEqual(new Set([expect.stringMatching(/^\[404,/)]));
    expect((await call('acme.one', 'GET', account('acme'))).status).toBe(403);
    expect((await call('acme.one', 'GET', account('other'))).status).toBe(404);
    expect((await call('platform', 'GET', `/v1/accounts/acc_${UNKNOWN}`)).status).toBe(404);
    expect((await call('acme', 'GET', '/v1/accounts')).status).toBe(403);
  });

  it('plan and status are the platform’s to change', async () => {
    for (const changes of [{ plan: 'enterprise' }, { status: 'suspended' }]) {
      const answer = await call('acme', 'PATCH', account('acme'), changes);
      expect([answer.status, answer.body.message]).toEqual([403, 'Only the platform changes plan and status']);
    }
    expect((await call('acme', 'PATCH', account('acme'), { name: 'Acme' })).status).toBe(200);
  });

  it('a suspended account stops, and works again; tokens from before stay dead', async () => {
    const before = await tenants.tokenOf('other.one');
    expect((await call(before, 'GET', '/v1/whoami')).status).toBe(200);
    await call('platform', 'PATCH', account('other'), { status: 'suspended' });
    await tenants.untilDead(before);
    expect((await tenants.service.token(tenants.clients.other!)).status).toBe(401);
    await call('platform', 'PATCH', account('other'), { status: 'active' });
    const token = await tenants.service.accessToken(tenants.clients['other.one']!);
    expect((await call(token, 'GET', '/v1/whoami')).status).toBe(200);
    expect((await call(before, 'GET', '/v1/whoami')).status).toBe(401);
  });

  it('a deleted workspace is 404 for everybody, and what was in it is dead', async () => {
    const path = workspace('other.two');
    const token = await tenants.service.accessToken(tenants.clients['other.two']!);
    const admin = await tenants.service.accessToken(tenants.clients.other!);
    expect((await call(admin, 'DELETE', path, undefined, { 'if-match': '"7"' })).status).toBe(412);
    const deleted = await call(admin, 'DELETE', path);
    expect([deleted.status, deleted.body]).toEqual([204, undefined]);
    for (const [who, method] of [
      [admin, 'DELETE'],
      [admin, 'GET'],
      ['platform', 'GET'],
      ['platform', 'PATCH'],
    ] as const) {
      expect([method, (await call(who, method, path, method === 'PATCH' ? {} : undefined)).status]).toEqual([
        method,
        404,
      ]);
    }
    expect((await call('platform', 'GET', `${path}/clients`)).status).toBe(404);
    await tenants.untilDead(token);
    expect((await tenants.service.token(tenants.clients['other.two']!)).status).toBe(401);
  });

  it('each change is one row of its account’s chain, and a refused one is none', async () => {
    const { rows } = await db.query<{ number: string; action: string; actor_id: string; changes: object }>(
      'select number, action, actor_id, changes from audit_events where chain = $1 order by number',
      [tenants.accounts.acme],
    );
    expect(rows.map(({ number }) => Number(number))).toEqual(rows.map((_, index) => index + 1));
    const renamed = rows.find(({ action }) => action === 'account.updated')!;
    expect(renamed).toMatchObject({
      actor_id: tenants.clients.acme!.id,
      changes: { name: { from: 'acme', to: 'Acme' } },
    });
    expect(rows.filter(({ action }) => action === 'workspace.created')).toHaveLength(4);
  });
});
