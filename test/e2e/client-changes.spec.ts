import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { clientPath, Clients, credentials, OTHERS, REPORTS, until } from '../support/clients.js';
import { type Service } from '../support/service.js';
import { type Answer } from '../support/call.js';

describe('clients, changed and ended', () => {
  let clients: Clients;
  const call = (...args: Parameters<Clients['call']>): Promise<Answer> => clients.call(...args);
  const make = (...args: Parameters<Clients['make']>): Promise<Answer['body']> => clients.make(...args);
  const at = (place: string): string => clients.at(place);

  beforeAll(async () => {
    clients = await Clients.start();
  }, 60_000);

  afterAll(() => clients.stop());

  it.each([
    ['acme.one', 'acme.one', { role: 'content_manager' }, ['name']],
    ['acme.one', 'acme.one', { name: 'x' }, ['role']],
    ['acme.one', 'acme.one', { name: '', role: 'content_manager' }, ['name']],
    ['acme.one', 'acme.one', { name: 'x', role: 'nobody' }, ['role']],
    ['acme.one', 'acme.one', { name: 'x', role: 'content_manager', level: 'account' }, ['']],
    ['acme', 'acme.one', { name: 'x', role: 'account_admin' }, ['role']],
    ['acme', 'acme', { name: 'x', role: 'content_manager' }, ['role']],
    ['platform', 'acme', { name: 'x', role: 'platform_admin' }, ['role']],
    ['platform', 'platform', { name: 'x', role: 'account_admin' }, ['role']],
    ['acme.one', 'acme.one', { name: 'x', role: 'content_manager', audiences: [] }, ['audiences']],
    ['acme.one', 'acme.one', { name: 'x', role: 'content_manager', audiences: [REPORTS, REPORTS] }, ['audiences']],
    ['acme.one', 'acme.one', { name: 'x', role: 'content_manager', audiences: [`${REPORTS}/`] }, ['audiences.0']],
    ['acme.one', 'acme.one', { name: 'x', role: 'chat_user', audiences: [REPORTS] }, ['audiences.0']],
    ['acme.one', 'acme.one', { name: 'x', role: 'agent_manager', audiences: [REPORTS, OTHERS] }, ['audiences.1']],
    ['acme.one', 'acme.one', { name: 'x', role: 'content_manager', defaultAudience: REPORTS }, ['defaultAudience']],
    ['acme.one', 'acme.one', { name: 'x', role: 'content_manager', expiresAt: '2020-01-01T00:00:00Z' }, ['expiresAt']],
    ['acme.one', 'acme.one', { name: 'x', role: 'content_manager', expiresAt: 'tomorrow' }, ['expiresAt']],
  ])('%s may not make one at %s with %j: it is told where', async (who, place, body, paths) => {
    const answer = await call(who, 'POST', at(place), body);
    expect([answer.status, answer.body.details?.map((detail: { path: string }) => detail.path)]).toEqual([400, paths]);
  });

  it('ends by itself, with its tokens', async () => {
    const expiresAt = new Date(Date.now() + 2500).toISOString();
    const made = await make('acme.one', 'acme.one', { expiresAt });
    expect(made.expiresAt).toBe(expiresAt);
    const token = await clients.tenants.service.accessToken(credentials(made));
    expect((await call(token, 'GET', '/v1/whoami')).status).toBe(200);
    await new Promise((resolve) => setTimeout(resolve, 2600));
    expect((await clients.tenants.service.token(credentials(made))).status).toBe(401);
    expect((await call(token, 'GET', '/v1/whoami')).status).toBe(401);
  });

  it('changes, in the version that was meant', async () => {
    const { id } = await make('acme.one', 'acme.one', { audiences: [REPORTS, OTHERS], defaultAudience: OTHERS });
    const patch = (body: object, ifMatch?: string): Promise<Answer> =>
      call('acme.one', 'PATCH', clientPath(id), body, ifMatch === undefined ? {} : { 'if-match': ifMatch });
    const renamed = await patch({ name: 'Renamed' }, '"1"');
    expect([renamed.status, renamed.body.name, renamed.headers.get('etag')]).toEqual([200, 'Renamed', '"2"']);
    expect((await patch({ name: 'Again' }, '"1"')).status).toBe(412);
    // The default goes with its audience, and another must be one of the new ones.
    const dropped = await patch({ audiences: [REPORTS] });
    expect(dropped.body).toMatchObject({ audiences: [REPORTS], defaultAudience: null, audience: REPORTS });
    expect((await patch({ defaultAudience: OTHERS })).status).toBe(400);
    expect((await patch({ audiences: [OTHERS], defaultAudience: REPORTS })).status).toBe(400);
    const both = await patch({ audiences: [OTHERS, REPORTS], defaultAudience: OTHERS });
    expect(both.body).toMatchObject({ audiences: [OTHERS, REPORTS], defaultAudience: OTHERS, audience: OTHERS });
    expect((await patch({ defaultAudience: null })).body).toMatchObject({ defaultAudience: null, audience: OTHERS });
    const { version } = (await clients.db.query('select version from clients where id = $1', [id])).rows[0];
    expect((await patch({ name: 'Renamed', audiences: [OTHERS, REPORTS] })).headers.get('etag')).toBe(`"${version}"`);
    for (const body of [{ role: 'chat_user' }, { audiences: ['urn:nobody'] }, { expiresAt: null }, { status: 'x' }])
      expect([body, (await patch(body)).status]).toEqual([body, 400]);
    const { rows } = await clients.db.query(
      `select changes from audit_events where object_id = $1 and action = 'client.updated'`,
      [id],
    );
    expect(rows).toHaveLength(4);
    expect(rows[1].changes).toEqual({
      audiences: { from: [REPORTS, OTHERS], to: [REPORTS] },
      defaultAudience: { from: OTHERS, to: null },
    });
  });

  it('whose role takes scopes away at one of its audiences loses its tokens, and by no other change', async () => {
    const management = `${clients.tenants.service.base}/v1`;
    const made = await make('acme.one', 'acme.one', { role: 'agent_manager', audiences: [management, REPORTS] });
    const patch = async (body: object): Promise<string | null> => {
      const answer = await call('acme.one', 'PATCH', clientPath(made.id), body);
      expect([body, answer.status]).toEqual([body, 200]);
      return clients.lastCut(made.id);
    };
    const fresh = (): Promise<string> =>
      clients.tenants.service.accessToken(credentials(made), { audience: management });
    const first = await fresh();
    // Both roles may read and write at the management API; at the reports the new one cannot export.
    const cut = await patch({ role: 'content_manager' });
    expect(cut).not.toBeNull();
    await clients.untilAlive(first, 401);
    const second = await fresh();
    expect(await patch({ role: 'agent_manager' })).toBe(cut);
    expect(await patch({ name: 'renamed', audiences: [management] })).toBe(cut);
    expect(await patch({ role: 'content_manager' })).toBe(cut);
    await until(async () => (await call(second, 'GET', '/v1/whoami')).body.role, 'content_manager');
    expect(await patch({ role: 'billing_admin' })).not.toBe(cut);
    await clients.untilAlive(second, 401);
    const answer = await clients.tenants.service.token(credentials(made));
    expect(await answer.json()).toMatchObject({ scope: 'read' });
    // Access that goes altogether counts, too, where the audience goes with it.
    const other = await make('acme.one', 'acme.one', { role: 'billing_admin', audiences: [REPORTS, management] });
    await call('acme.one', 'PATCH', clientPath(other.id), { role: 'chat_user', audiences: [management] });
    expect(await clients.lastCut(other.id)).not.toBeNull();
  });

  it('of an account has its role for good, and nobody changes their own', async () => {
    const made = await make('acme', 'acme');
    for (const role of ['account_admin', 'content_manager']) {
      const answer = await call('acme', 'PATCH', clientPath(made.id), { role });
      expect([answer.status, answer.body.code]).toEqual([403, 'FORBIDDEN']);
    }
    expect((await call('acme', 'PATCH', clientPath(made.id), { name: 'x' })).status).toBe(200);
    const self = await call('acme.one', 'PATCH', clientPath(clients.tenants.clients['acme.one']!.id), {
      role: 'chat_user',
    });
    expect([self.status, self.body.message]).toEqual([403, 'Nobody changes their own role']);
    const above = await call('acme.one', 'PATCH', clientPath((await make('acme.one', 'acme.one')).id), {
      role: 'account_admin',
    });
    expect(above.status).toBe(403);
  });

  it('is deactivated for good, again and again, and nothing can be done with it then', async () => {
    const made = await make('acme.one', 'acme.one');
    const token = await clients.tenants.service.accessToken(credentials(made));
    const act = (action: string, body?: object): Promise<Answer> =>
      call('acme.one', 'POST', `${clientPath(made.id)}/${action}`, body);
    const ended = await act('deactivate');
    expect([ended.status, ended.body.status, ended.body.liveApiKeys]).toEqual([200, 'deactivated', 0]);
    expect(ended.headers.get('etag')).toBe('"2"');
    await clients.untilAlive(token, 401);
    await clients.untilToken(credentials(made), 401);
    const again = await act('deactivate', { descendants: true });
    expect([again.status, again.body]).toEqual([200, ended.body]);
    expect((await act('deactivate', { now: true })).status).toBe(400);
    for (const action of ['rotate', 'rotate/complete', 'rotate/cancel'])
      expect([action, (await act(action)).status]).toEqual([action, 409]);
    expect((await call('acme.one', 'PATCH', clientPath(made.id), { name: 'x' })).status).toBe(409);
    const [secret] = (await call('acme.one', 'GET', `${clientPath(made.id)}/secrets`)).body;
    expect((await call('acme.one', 'DELETE', `${clientPath(made.id)}/secrets/${secret.id}`)).status).toBe(409);
    expect((await call('acme.one', 'GET', clientPath(made.id))).body).toMatchObject({ status: 'deactivated' });
    const { rows } = await clients.db.query('select action from audit_events where object_id = $1 order by number', [
      made.id,
    ]);
    expect(rows.map(({ action }) => action)).toEqual(['client.created', 'client.deactivated']);
  });

  it('deactivated while its tokens are issued leaves none that lives', async () => {
    const made = await make('acme.one', 'acme.one');
    const tokens: string[] = [];
    let ended = false;
    const issue = async (service: Service): Promise<void> => {
      while (!ended) {
        const answer = await service.token(credentials(made));
        if (answer.status === 200) tokens.push(((await answer.json()) as { access_token: string }).access_token);
      }
    };
    const issuing = Promise.all([clients.tenants.service, clients.strict].map(issue));
    const deadline = Date.now() + 5000;
    while (tokens.length < 20 && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 10));
    expect((await call('acme.one', 'POST', `${clientPath(made.id)}/deactivate`)).status).toBe(200);
    await new Promise((resolve) => setTimeout(resolve, 1000));
    ended = true;
    await issuing;
    expect(tokens.length).toBeGreaterThan(10);
    for (const service of [clients.tenants.service, clients.strict]) {
      for (const token of tokens)
        expect((await service.get('/v1/whoami', { authorization: `Bearer ${token}` })).status).toBe(401);
      expect((await service.token(credentials(made))).status).toBe(401);
    }
  });

  it("stolen, an account's token makes nothing that outlives it, where credentials are made by people", async () => {
    const thief = await clients.tenants.tokenOf('acme');
    const victim = await make('acme.one', 'acme.one');
    const mine = clients.tenants.clients.acme!.id;
    const attempts: [string, string, object | undefined][] = [
      ['POST', at('acme'), { name: 'x' }],
      ['POST', at('acme.one'), { name: 'x', role: 'content_manager' }],
      ['POST', `${clientPath(victim.id)}/rotate`, undefined],
      ['POST', `${clientPath(victim.id)}/rotate`, { overlapSeconds: 60 }],
      ['POST', `${clientPath(victim.id)}/rotate`, { compromised: true }],
      ['POST', `${clientPath(victim.id)}/rotate`, { currentSecret: victim.clientSecret }],
      ['POST', `${clientPath(victim.id)}/rotate/complete`, {}],
      ['POST', `${clientPath(victim.id)}/rotate/cancel`, undefined],
      ['POST', `${clientPath(mine)}/rotate`, undefined],
      ['POST', `${clientPath(mine)}/rotate/complete`, undefined],
      ['POST', `${clientPath(mine)}/rotate/cancel`, undefined],
      ['PATCH', clientPath(victim.id), { role: 'workspace_admin' }],
      ['PATCH', clientPath(victim.id), { audiences: [REPORTS] }],
      ['PATCH', clientPath(mine), { audiences: [REPORTS] }],
    ];
    for (const [method, where, body] of attempts) {
      const answer = await clients.strictly(thief, method, where, body);
      expect([method, where, answer.status, answer.body.code]).toEqual([method, where, 403, 'HUMAN_REQUIRED']);
    }
    expect(
      (await clients.strictly(await clients.tenants.tokenOf('platform'), 'POST', '/v1/clients', { name: 'x' })).body
        .code,
    ).toBe('HUMAN_REQUIRED');
    // Where it has no reach it learns nothing else.
    expect((await clients.strictly(thief, 'POST', at('other.one'), { name: 'x', role: 'chat_user' })).status).toBe(404);
    expect(
      (await clients.strictly(thief, 'POST', `${clientPath(clients.tenants.clients['other.one']!.id)}/rotate`)).status,
    ).toBe(404);
    expect((await clients.strictly(thief, 'PATCH', clientPath(victim.id), { name: 'harmless' })).status).toBe(200);
    expect((await clients.tenants.service.token(credentials(victim))).status).toBe(200);
    expect((await clients.strictly(thief, 'POST', `${clientPath(victim.id)}/deactivate`)).status).toBe(200);
  });
});
