import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { clientPath, Clients, credentials, OTHERS, REPORTS } from '../support/clients.js';
import { type Answer } from '../support/call.js';

const UNKNOWN = '01ARZ3NDEKTSV4RRFFQ69G5FAV';

describe('clients, made', () => {
  let clients: Clients;
  const call = (...args: Parameters<Clients['call']>): Promise<Answer> => clients.call(...args);
  const make = (...args: Parameters<Clients['make']>): Promise<Answer['body']> => clients.make(...args);
  const at = (place: string): string => clients.at(place);

  beforeAll(async () => {
    clients = await Clients.start();
  }, 60_000);

  afterAll(() => clients.stop());

  it('of a workspace is made with four values, shown once, that give a token at once', async () => {
    const answer = await call('acme.one', 'POST', at('acme.one'), { name: ' Nightly ', role: 'content_manager' });
    const { base } = clients.tenants.service;
    expect(answer.status).toBe(201);
    expect(answer.body).toEqual({
      id: expect.stringMatching(/^cli_[0-9A-Z]{26}$/),
      clientId: answer.body.id,
      clientSecret: expect.stringMatching(/^cv_sk_[0-9A-Za-z]{46}$/),
      audience: `${base}/v1`,
      tokenUrl: `${base}/oauth/token`,
      name: 'Nightly',
      role: 'content_manager',
      level: 'workspace',
      accountId: clients.tenants.accounts.acme,
      workspaceId: clients.tenants.workspaces['acme.one'],
      audiences: [`${base}/v1`],
      defaultAudience: null,
      secretLast4: answer.body.clientSecret.slice(-4),
      status: 'active',
      expiresAt: null,
      createdAt: expect.stringMatching(/Z$/),
      createdBy: clients.tenants.clients['acme.one']!.id,
      updatedAt: answer.body.createdAt,
    });
    expect(answer.headers.get('location')).toBe(base + clientPath(answer.body.id));
    expect([answer.headers.get('etag'), answer.headers.get('cache-control')]).toEqual(['"1"', 'no-store']);
    const token = await clients.tenants.service.accessToken(credentials(answer.body));
    expect((await call(token, 'GET', '/v1/whoami')).body).toMatchObject({
      id: answer.body.id,
      scopes: ['read', 'write'],
    });
    const { clientSecret, tokenUrl, ...shown } = answer.body;
    const read = await call('acme.one', 'GET', clientPath(answer.body.id));
    expect([read.status, read.body, read.headers.get('etag')]).toEqual([200, shown, '"1"']);
    expect([tokenUrl, (await call('acme.one', 'GET', at('acme.one'))).body[0]]).toEqual([expect.anything(), shown]);
    const { rows } = await clients.db.query(
      `select action, changes::text as changes from audit_events where object_id = $1 order by number`,
      [answer.body.id],
    );
    expect(rows).toEqual([{ action: 'client.created', changes: expect.not.stringContaining(clientSecret) }]);
    const tables = await clients.db.query(
      `select row_to_json(s)::text as row from client_secrets s where client_id = $1
      union all select row_to_json(k)::text from idempotency_keys k`,
      [answer.body.id],
    );
    for (const { row } of tables.rows) expect(row).not.toContain(clientSecret.slice(6, 46));
  });

  it('of an account is an account_admin, and of the platform a platform_admin if nothing else is said', async () => {
    const ofAccount = await make('acme', 'acme');
    expect(ofAccount).toMatchObject({ role: 'account_admin', level: 'account', workspaceId: null });
    expect((await make('acme', 'acme', { role: 'account_admin' })).role).toBe('account_admin');
    const ofPlatform = await make('platform', 'platform');
    expect(ofPlatform).toMatchObject({ role: 'platform_admin', level: 'platform', accountId: null, workspaceId: null });
    const lists = await Promise.all(
      ['platform', 'acme'].map(async (place) => (await call('platform', 'GET', at(place))).body),
    );
    expect(lists.map(([newest]) => newest.id)).toEqual([ofPlatform.id, expect.any(String)]);
    for (const [index, level] of ['platform', 'account'].entries())
      expect(new Set(lists[index].map((one: { level: string }) => one.level))).toEqual(new Set([level]));
  });

  it('nobody gives a role above their own level', async () => {
    for (const [who, place, role] of [
      ['acme.one', 'acme.one', 'account_admin'],
      ['acme.one', 'acme.one', 'platform_admin'],
      ['acme', 'acme.one', 'platform_admin'],
      ['acme', 'acme', 'platform_admin'],
    ] as const) {
      const answer = await call(who, 'POST', at(place), { name: 'x', role });
      expect([who, role, answer.status, answer.body.code]).toEqual([who, role, 403, 'FORBIDDEN']);
    }
  });

  it('has a default among its audiences, and a role without scopes there a token without scope', async () => {
    const { base } = clients.tenants.service;
    const two = await make('acme.one', 'acme.one', { audiences: [`${base}/v1`, REPORTS], defaultAudience: REPORTS });
    expect(two).toMatchObject({ audiences: [`${base}/v1`, REPORTS], defaultAudience: REPORTS, audience: REPORTS });
    const answer = await clients.tenants.service.token(credentials(two));
    expect([answer.status, await answer.json()]).toEqual([200, expect.objectContaining({ scope: 'read write' })]);
    const without = await make('acme.one', 'acme.one', { role: 'billing_admin', audiences: [REPORTS] });
    expect(without.audience).toBe(REPORTS);
    expect(await (await clients.tenants.service.token(credentials(without))).json()).not.toHaveProperty('scope');
    const many = await make('acme.one', 'acme.one', { audiences: [REPORTS, OTHERS] });
    expect((await clients.tenants.service.token(credentials(many))).status).toBe(400);
    expect((await clients.tenants.service.token(credentials(many), { audience: OTHERS })).status).toBe(200);
  });

  it('is refused to those without scope, without reach, and to another tenant as if there were none', async () => {
    const body = { name: 'x', role: 'content_manager' };
    for (const [who, place, status] of [
      [null, at('acme.one'), 401],
      ['acme.one.reader', at('acme.one'), 403],
      ['acme.one.writer', at('acme.one'), 403],
      ['acme.two', at('acme.one'), 404],
      ['other', at('acme.one'), 404],
      ['other.one', at('acme.one'), 404],
      ['acme.one', at('acme'), 403],
      ['acme.one', at('other'), 404],
      ['acme', at('other'), 404],
      ['acme', '/v1/clients', 403],
      ['platform', `/v1/workspaces/ws_${UNKNOWN}/clients`, 404],
      ['platform', `/v1/accounts/acc_${UNKNOWN}/clients`, 404],
    ] as const) {
      expect([who, place, (await call(who, 'POST', place, body)).status]).toEqual([who, place, status]);
    }
    expect((await call('acme.one.reader', 'GET', at('acme.one'))).status).toBe(200);
    expect((await call('acme', 'GET', '/v1/clients')).status).toBe(403);
  });

  it('of another tenant, or of a level above, is the same 404 as none', async () => {
    const bodies = new Set<string>();
    for (const [who, id] of [
      ['acme.one', clients.tenants.clients['acme.two']!.id],
      ['acme.one', clients.tenants.clients.acme!.id],
      ['acme', clients.tenants.clients.other!.id],
      ['acme', clients.tenants.clients['other.one']!.id],
      ['acme', clients.tenants.clients.platform!.id],
      ['acme', `cli_${UNKNOWN}`],
      ['platform', `cli_${UNKNOWN}`],
      ['platform', 'x'],
    ] as const) {
      for (const [method, action, body] of [
        ['GET', ''],
        ['PATCH', '', { name: 'x' }],
        ['GET', '/secrets'],
        ['DELETE', `/secrets/sec_${UNKNOWN}`],
        ['POST', '/rotate'],
        ['POST', '/rotate/complete'],
        ['POST', '/rotate/cancel'],
        ['POST', '/deactivate'],
      ] as const) {
        const { status, body: answered } = await call(who, method, clientPath(id) + action, body);
        delete answered.requestId;
        bodies.add(JSON.stringify([status, answered]));
      }
    }
    expect([...bodies]).toEqual([expect.stringMatching(/^\[404,/)]);
    expect((await call('acme', 'GET', clientPath(clients.tenants.clients['acme.two']!.id))).status).toBe(200);
  });

  it('is made once by a repeated request, and its secret is shown once', async () => {
    const ask = (name: string): Promise<Answer> =>
      call('acme.one', 'POST', at('acme.one'), { name, role: 'content_manager' }, { 'idempotency-key': 'client-1' });
    const first = await ask('Once');
    const again = await ask('Once');
    const { clientSecret, ...shown } = first.body;
    expect(clientSecret).toMatch(/^cv_sk_/);
    expect([again.status, again.body, again.headers.get('idempotency-replayed')]).toEqual([200, shown, 'true']);
    expect(again.headers.get('location')).toBe(first.headers.get('location'));
    expect((await ask('Twice')).status).toBe(409);
    const kept = await clients.db.query(`select object::text as object from idempotency_keys where key = 'client-1'`);
    expect(kept.rows).toEqual([{ object: expect.not.stringContaining('cv_sk_') }]);
  });

  it('is made in accounts whose plan has them; a plan that loses them stops nothing else', async () => {
    const made = await make('other.one', 'other.one');
    await call('platform', 'PATCH', `/v1/accounts/${clients.tenants.accounts.other!}`, { plan: 'free' });
    for (const [who, place, role] of [
      ['other', 'other', 'account_admin'],
      ['other.one', 'other.one', 'content_manager'],
      ['platform', 'other.one', 'content_manager'],
    ] as const) {
      const answer = await call(who, 'POST', at(place), { name: 'x', role });
      expect([who, answer.status, answer.body.code]).toEqual([who, 403, 'PLAN_NOT_ELIGIBLE']);
    }
    expect((await clients.tenants.service.token(credentials(made))).status).toBe(200);
    expect((await call('other.one', 'POST', `${clientPath(made.id)}/rotate`)).status).toBe(200);
    expect((await call('other.one', 'PATCH', clientPath(made.id), { role: 'chat_user' })).status).toBe(200);
    expect((await make('platform', 'platform')).id).toMatch(/^cli_/);
    await call('platform', 'PATCH', `/v1/accounts/${clients.tenants.accounts.other!}`, { plan: 'pro' });
    await make('other.one', 'other.one');
  });

  it('lists come in pages, and a deleted workspace takes its clients along', async () => {
    const workspace = await call('acme', 'POST', `/v1/accounts/${clients.tenants.accounts.acme!}/workspaces`, {
      name: 'W',
      slug: 'pages',
    });
    clients.tenants.workspaces['acme.pages'] = workspace.body.id;
    const ids: string[] = [];
    for (let i = 0; i < 5; i++) ids.unshift((await make('acme', 'acme.pages')).id);
    const seen: string[] = [];
    let url: string | undefined = `${at('acme.pages')}?limit=2`;
    while (url !== undefined) {
      const page: Answer = await call('acme', 'GET', url);
      seen.push(...page.body.map(({ id }: { id: string }) => id));
      url = /^<([^>]+)>; rel="next"$/
        .exec(page.headers.get('link') ?? '')?.[1]
        ?.slice(clients.tenants.service.base.length);
    }
    expect(seen).toEqual(ids);
    expect((await call('acme', 'GET', `${at('acme.pages')}?limit=1001`)).status).toBe(400);
    await call('acme', 'DELETE', `/v1/workspaces/${workspace.body.id as string}`);
    for (const method of ['GET', 'PATCH'])
      expect((await call('platform', method, clientPath(ids[0]!), method === 'PATCH' ? {} : undefined)).status).toBe(
        404,
      );
    expect((await call('platform', 'POST', `${clientPath(ids[0]!)}/deactivate`)).status).toBe(404);
    expect((await call('acme', 'POST', at('acme.pages'), { name: 'x', role: 'chat_user' })).status).toBe(404);
  });
});
