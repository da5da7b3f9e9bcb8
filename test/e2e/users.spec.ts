import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import pg from 'pg';
import { madeUserResponse, userResponse } from '../../src/users/dto/user.response.js';
import { type Answer } from '../support/call.js';
import { Tenants } from '../support/tenants.js';

const UNKNOWN = '01ARZ3NDEKTSV4RRFFQ69G5FAV';
// Each password costs a tenth of a second of all cores, and others may be at work.
jest.setTimeout(60_000);

describe('people', () => {
  let tenants: Tenants;
  let db: pg.Client;
  const call = (...args: Parameters<Tenants['call']>): Promise<Answer> => tenants.call(...args);
  const usersOf = (account: string): string => `/v1/accounts/${tenants.accounts[account]!}/users`;
  let counter = 0;
  const somebody = (role: string, place?: string): Record<string, unknown> => ({
    email: `person${++counter}@example.com`,
    name: 'Somebody',
    role,
    ...(place !== undefined && { workspaceId: tenants.workspaces[place] }),
  });
  const make = async (who: string, account: string, body: object): Promise<Answer['body']> => {
    const answer = await call(who, 'POST', usersOf(account), body);
    expect([answer.status, answer.body.message]).toEqual([201, undefined]);
    return answer.body;
  };

  beforeAll(async () => {
    tenants = await Tenants.start();
    await tenants.person('acmeAdmin', 'account_admin', 'acme');
    await tenants.person('oneAdmin', 'workspace_admin', 'acme.one');
    db = new pg.Client(tenants.database.url);
    await db.connect();
  });

  afterAll(async () => {
    await db.end();
    await tenants.stop();
  });

  it('a person makes a person, and gets the setup token this once', async () => {
    const body = {
      email: ' Ada@Example.COM ',
      name: ' Ada ',
      role: 'chat_user',
      workspaceId: tenants.workspaces['acme.one'],
    };
    const made = await call('acmeAdmin', 'POST', usersOf('acme'), body);
    expect(made.status).toBe(201);
    expect(made.body).toEqual({
      id: expect.stringMatching(/^usr_[0-9A-Z]{26}$/),
      accountId: tenants.accounts.acme,
      workspaceId: tenants.workspaces['acme.one'],
      email: 'ada@example.com',
      name: 'Ada',
      role: 'chat_user',
      level: 'workspace',
      status: 'invited',
      lastLoginAt: null,
      createdAt: expect.stringMatching(/^\d{4}-.*Z$/),
      createdBy: tenants.people.acmeAdmin!.id,
      updatedAt: made.body.createdAt,
      setupToken: expect.stringMatching(/^cv_st_[0-9A-Za-z]{46}$/),
    });
    expect(() => madeUserResponse.strict().parse(made.body)).not.toThrow();
    expect(made.headers.get('location')).toBe(`${tenants.service.base}/v1/users/${made.body.id}`);
    expect(made.headers.get('etag')).toBe('"1"');
    const read = await call('acme', 'GET', `/v1/users/${made.body.id}`);
    const { setupToken, ...user } = made.body;
    expect([read.status, read.body, read.headers.get('etag')]).toEqual([200, user, '"1"']);
    expect(() => userResponse.strict().parse(read.body)).not.toThrow();
    const list = await call('acme', 'GET', usersOf('acme'));
    expect(list.body[0]).toEqual(user);
    const { rows } = await db.query('select to_json(user_credentials)::text as text from user_credentials');
    expect(JSON.stringify(rows)).not.toContain(setupToken);
    const events = await db.query('select changes::text from audit_events');
    expect(JSON.stringify(events.rows)).not.toContain('cv_st_');
  });

  it.each([
    [{}, ['email', 'name', 'role']],
    [{ email: 'nobody', name: 'x', role: 'account_admin' }, ['email']],
    [{ email: 'a b@c', name: 'x', role: 'account_admin' }, ['email']],
    [{ email: 'a\u0000@c', name: 'x', role: 'account_admin' }, ['email']],
    [{ email: `${'x'.repeat(65)}@c`, name: 'x', role: 'account_admin' }, ['email']],
    [{ email: 'a@c', name: '', role: 'account_admin' }, ['name']],
    [{ email: 'a@c', name: 'x', role: 'no_role' }, ['role']],
    [{ email: 'a@c', name: 'x', role: 'chat_user' }, ['workspaceId']],
    [{ email: 'a@c', name: 'x', role: 'chat_user', workspaceId: null }, ['workspaceId']],
    [{ email: 'a@c', name: 'x', role: 'chat_user', workspaceId: `ws_${UNKNOWN}` }, ['workspaceId']],
    [{ email: 'a@c', name: 'x', role: 'account_admin', workspaceId: `ws_${UNKNOWN}` }, ['workspaceId']],
    [{ email: 'a@c', name: 'x', role: 'account_admin', password: 'my own choice of one' }, ['']],
    [{ email: 'a@c', name: 'x', role: 'account_admin', status: 'active' }, ['']],
  ])('refuses %j, and says where', async (body, paths) => {
    const answer = await call('acmeAdmin', 'POST', usersOf('acme'), body);
    expect(answer.status).toBe(400);
    expect(answer.body.details.map(({ path }: { path: string }) => path)).toEqual(paths);
  });

  it("another account's workspace is none", async () => {
    const answer = await call('admin', 'POST', usersOf('acme'), somebody('chat_user', 'other.one'));
    expect(answer.status).toBe(400);
  });

  it('a repeated request makes one person, and shows the setup token once', async () => {
    const body = somebody('account_admin');
    const ask = (): Promise<Answer> => call('acmeAdmin', 'POST', usersOf('acme'), body, { 'idempotency-key': 'one' });
    const [first, again] = [await ask(), await ask()];
    const { setupToken, ...user } = first.body;
    expect(setupToken).toBeDefined();
    expect([again.status, again.body, again.headers.get('idempotency-replayed')]).toEqual([200, user, 'true']);
    const { rows } = await db.query('select object::text as text from idempotency_keys');
    expect(JSON.stringify(rows)).not.toContain('cv_st_');
  });

  it('an address is one person in its account, whatever its case, and another in another', async () => {
    const body = { ...somebody('account_admin'), email: 'Twice@Example.com' };
    await make('acmeAdmin', 'acme', body);
    expect((await call('acmeAdmin', 'POST', usersOf('acme'), { ...body, email: 'twice@example.com' })).status).toBe(
      409,
    );
    await make('admin', 'other', body);
  });

  it('of twenty people with one address, one is made', async () => {
    const body = { ...somebody('account_admin'), email: 'raced@example.com' };
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => call('acmeAdmin', 'POST', usersOf('acme'), body)),
    );
    const statuses = answers.map(({ status }) => status);
    expect([statuses.filter((s) => s === 201).length, statuses.filter((s) => s === 409).length]).toEqual([1, 19]);
  });

  it('machines make people without an admin role, and see no setup token', async () => {
    const made = await make('acme', 'acme', somebody('chat_user', 'acme.one'));
    expect(made.setupToken).toBeUndefined();
    for (const [role, place] of [['account_admin'], ['workspace_admin', 'acme.one']] as const) {
      const answer = await call('acme', 'POST', usersOf('acme'), somebody(role, place));
      expect([role, answer.status, answer.body.code]).toEqual([role, 403, 'HUMAN_REQUIRED']);
    }
    const path = `/v1/users/${made.id}`;
    for (const changes of [{ role: 'workspace_admin' }, { role: 'account_admin' }]) {
      const answer = await call('acme', 'PATCH', path, changes);
      expect([changes.role, answer.status, answer.body.code]).toEqual([changes.role, 403, 'HUMAN_REQUIRED']);
    }
    expect((await call('acme', 'PATCH', path, { role: 'content_manager' })).status).toBe(200);
    const token = await call('acme', 'POST', `${path}/setup-token`);
    expect([token.status, token.body.code]).toEqual([403, 'HUMAN_REQUIRED']);
    expect((await call('platform', 'POST', `${path}/setup-token`)).body.code).toBe('HUMAN_REQUIRED');
  });

  it('nobody gives a role above their own level, nor touches whoever has one', async () => {
    expect((await call('acmeAdmin', 'POST', usersOf('acme'), somebody('platform_admin'))).status).toBe(403);
    const above = await make('admin', 'acme', somebody('platform_admin'));
    expect([above.level, above.accountId]).toEqual(['platform', tenants.accounts.acme]);
    const path = `/v1/users/${above.id}`;
    expect((await call('acmeAdmin', 'GET', path)).status).toBe(200);
    for (const [method, at, body] of [
      ['PATCH', path, { name: 'Mine' }],
      ['PATCH', path, { email: 'mine@example.com' }],
      ['PATCH', path, { role: 'account_admin' }],
      ['DELETE', path],
      ['POST', `${path}/setup-token`],
    ] as const) {
      expect([method, body, (await call('acmeAdmin', method, at, body)).status]).toEqual([method, body, 403]);
    }
    const peer = await make('acmeAdmin', 'acme', somebody('account_admin'));
    expect((await call('acmeAdmin', 'PATCH', `/v1/users/${peer.id}`, { role: 'platform_admin' })).status).toBe(403);
    expect((await call('admin', 'DELETE', path)).status).toBe(204);
  });

  it('nobody changes their own role, but their own name', async () => {
    const path = `/v1/users/${tenants.people.acmeAdmin!.id}`;
    const body = { role: 'chat_user', workspaceId: tenants.workspaces['acme.one'] };
    const answer = await call('acmeAdmin', 'PATCH', path, body);
    expect([answer.status, answer.body.message]).toEqual([403, 'Nobody changes their own role']);
    expect((await call('acmeAdmin', 'PATCH', path, { name: 'Me', role: 'account_admin' })).body.name).toBe('Me');
  });

  it('people of a workspace reach no people, and those of another account are the 404 of none', async () => {
    const { id } = await make('admin', 'other', somebody('chat_user', 'other.one'));
    for (const path of [usersOf('acme'), `/v1/users/${tenants.people.oneAdmin!.id}`]) {
      expect([path, (await call('oneAdmin', 'GET', path)).status]).toEqual([path, 403]);
    }
    const bodies = await Promise.all(
      [`/v1/users/${id}`, `/v1/users/usr_${UNKNOWN}`, '/v1/users/x', usersOf('other')].map(async (path) => {
        const { status, body } = await call('acmeAdmin', 'GET', path);
        delete body.requestId;
        return JSON.stringify([status, body]);
      }),
    );
    expect(new Set(bodies)).toEqual(new Set([expect.stringMatching(/^\[404,/)]));
    for (const [method, path, body] of [
      ['PATCH', `/v1/users/${id}`, { name: 'x' }],
      ['DELETE', `/v1/users/${id}`],
      ['POST', `/v1/users/${id}/setup-token`],
      ['POST', usersOf('other'), somebody('account_admin')],
    ] as const) {
      expect([method, path, (await call('acmeAdmin', method, path, body)).status]).toEqual([method, path, 404]);
    }
    expect((await call('acme.one.reader', 'GET', usersOf('acme'))).status).toBe(403);
  });

  it('a change needs the version that it was meant for, and an address that is free', async () => {
    const { id } = await make('acmeAdmin', 'acme', { ...somebody('account_admin'), email: 'free@example.com' });
    const path = `/v1/users/${id}`;
    const changed = await call(
      'acmeAdmin',
      'PATCH',
      path,
      { name: 'New', email: 'NEW@example.com' },
      { 'if-match': '"1"' },
    );
    expect([changed.status, changed.headers.get('etag')]).toEqual([200, '"2"']);
    expect(changed.body).toMatchObject({ name: 'New', email: 'new@example.com' });
    expect((await call('acmeAdmin', 'PATCH', path, { name: 'x' }, { 'if-match': '"1"' })).status).toBe(412);
    expect((await call('acmeAdmin', 'DELETE', path, undefined, { 'if-match': '"1"' })).status).toBe(412);
    expect((await call('acmeAdmin', 'PATCH', path, { email: 'twice@example.com' })).status).toBe(409);
    expect((await call('acmeAdmin', 'PATCH', path, { status: 'active' })).status).toBe(400);
    expect((await call('acmeAdmin', 'PATCH', path, {})).headers.get('etag')).toBe('"2"');
    expect((await call('acmeAdmin', 'DELETE', path)).status).toBe(204);
    expect((await call('acmeAdmin', 'DELETE', path)).status).toBe(404);
    expect((await call('acmeAdmin', 'GET', path)).status).toBe(404);
    await make('acmeAdmin', 'acme', { ...somebody('account_admin'), email: 'new@example.com' });
  });

  it('with the role goes the workspace, out of it, into it and from one to another', async () => {
    const { id } = await make('acmeAdmin', 'acme', somebody('chat_user', 'acme.one'));
    const path = `/v1/users/${id}`;
    const change = async (changes: object): Promise<unknown> => {
      const { status, body } = await call('acmeAdmin', 'PATCH', path, changes);
      return [status, body.role, body.workspaceId];
    };
    const [one, two] = ['acme.one', 'acme.two'].map((name) => tenants.workspaces[name]);
    expect(await change({ workspaceId: two })).toEqual([200, 'chat_user', two]);
    expect(await change({ role: 'content_manager' })).toEqual([200, 'content_manager', two]);
    expect(await change({ role: 'account_admin' })).toEqual([200, 'account_admin', null]);
    expect(await change({ role: 'chat_user' })).toEqual([400, undefined, undefined]);
    expect(await change({ workspaceId: one })).toEqual([400, undefined, undefined]);
    expect(await change({ role: 'chat_user', workspaceId: one })).toEqual([200, 'chat_user', one]);
    expect(await change({ workspaceId: tenants.workspaces['other.one'] })).toEqual([400, undefined, undefined]);
    expect(await change({ workspaceId: null })).toEqual([400, undefined, undefined]);
    const { rows } = await db.query('select workspace_id from user_credentials where user_id = $1', [id]);
    expect(rows).toEqual([{ workspace_id: one }]);
  });

  it('who is of a deleted workspace is 404, signs in no more, and their address is free', async () => {
    const made = await call('acme', 'POST', `/v1/accounts/${tenants.accounts.acme!}/workspaces`, {
      name: 'X',
      slug: 'gone',
    });
    tenants.workspaces['acme.gone'] = made.body.id;
    const person = await tenants.person('gone', 'workspace_admin', 'acme.gone');
    const token = await tenants.signIn(person);
    expect((await call(token, 'GET', '/v1/workspace')).status).toBe(200);
    await call('acme', 'DELETE', `/v1/workspaces/${made.body.id}`);
    await tenants.untilDead(token);
    expect((await call('acmeAdmin', 'GET', `/v1/users/${person.id}`)).status).toBe(404);
    expect((await call('acmeAdmin', 'POST', `/v1/users/${person.id}/setup-token`)).status).toBe(404);
    const ids = (await call('acmeAdmin', 'GET', usersOf('acme'))).body.map(({ id }: { id: string }) => id);
    expect(ids).not.toContain(person.id);
    const login = { username: person.email, password: person.password };
    expect((await call(null, 'POST', '/auth/login', login)).status).toBe(401);
    await make('acmeAdmin', 'acme', { ...somebody('account_admin'), email: person.email });
  });

  it('each change of a person is one row of the account’s chain', async () => {
    const { rows } = await db.query<{ number: string; action: string }>(
      'select number, action from audit_events where chain = $1 order by number',
      [tenants.accounts.acme],
    );
    expect(rows.map(({ number }) => Number(number))).toEqual(rows.map((_, index) => index + 1));
    expect(new Set(rows.map(({ action }) => action).filter((action) => action.startsWith('user.')))).toEqual(
      new Set(['user.created', 'user.updated', 'user.deleted', 'user.password_set']),
    );
  });
});
