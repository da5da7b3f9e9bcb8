import { decodeJwt, decodeProtectedHeader } from 'jose';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import pg from 'pg';
import { loginResponse } from '../../src/sessions/dto/login.response.js';
import { whoamiResponse } from '../../src/access/dto/whoami.response.js';
import { type Answer } from '../support/call.js';
import { Tenants } from '../support/tenants.js';

// Each password costs a tenth of a second of all cores, and others may be at work.
jest.setTimeout(60_000);

describe('signing in', () => {
  let tenants: Tenants;
  let db: pg.Client;
  const call = (...args: Parameters<Tenants['call']>): Promise<Answer> => tenants.call(...args);
  const login = (body: unknown): Promise<Answer> => call(null, 'POST', '/auth/login', body);
  const loginAs = (name: string, further: object = {}): Promise<Answer> =>
    login({ username: tenants.people[name]!.email, password: tenants.people[name]!.password, ...further });
  const problem = ({ status, body }: Answer): unknown => [status, { ...body, requestId: undefined }];

  beforeAll(async () => {
    tenants = await Tenants.start({ RATE_LIMIT_MAX: '0', LOGIN_TOKEN_TTL: '1800' });
    await tenants.person('acmeAdmin', 'account_admin', 'acme');
    await tenants.person('reader', 'chat_user', 'acme.one');
    db = new pg.Client(tenants.database.url);
    await db.connect();
  });

  afterAll(async () => {
    await db.end();
    await tenants.stop();
  });

  it('gives a token of the management API, with the scopes of the role written out', async () => {
    const answer = await loginAs('reader', { username: 'READER@Example.com' });
    expect(answer.status).toBe(200);
    expect(() => loginResponse.strict().parse(answer.body)).not.toThrow();
    expect(answer.headers.get('cache-control')).toBe('no-store');
    const { access_token: token, ...rest } = answer.body;
    const { iat = 0, exp = 0, ...claims } = decodeJwt(token);
    expect(rest).toEqual({ token_type: 'Bearer', expires_in: 1800, created_at: new Date(iat * 1000).toISOString() });
    expect(exp - iat).toBe(1800);
    expect(decodeProtectedHeader(token)).toEqual({ alg: 'RS256', typ: 'at+jwt', kid: expect.any(String) });
    expect(claims).toEqual({
      iss: tenants.service.base,
      sub: tenants.people.reader!.id,
      aud: `${tenants.service.base}/v1`,
      client_id: 'login',
      jti: expect.any(String),
      scope: 'read',
      roles: ['chat_user'],
      account_id: tenants.accounts.acme,
      workspace_id: tenants.workspaces['acme.one'],
      rev: expect.any(Number),
    });
    const { body } = await call('acmeAdmin', 'GET', `/v1/users/${tenants.people.reader!.id}`);
    expect([body.status, body.lastLoginAt]).toEqual(['active', rest.created_at]);
  });

  it.each([
    ['admin', 'platform', 'platform_admin', [null, null]],
    ['acmeAdmin', 'account', 'account_admin', ['acme', null]],
    ['reader', 'workspace', 'chat_user', ['acme', 'acme.one']],
  ] as const)('%s sees where they stand', async (who, level, role, [account, workspace]) => {
    const { status, body } = await call(who, 'GET', '/v1/whoami');
    expect(status).toBe(200);
    expect(() => whoamiResponse.strict().parse(body)).not.toThrow();
    expect(body).toMatchObject({
      type: 'user',
      id: expect.stringMatching(/^usr_/),
      level,
      role,
      scopes: role === 'chat_user' ? ['read'] : ['read', 'write', 'admin'],
      accountId: account === null ? null : tenants.accounts[account],
      workspaceId: workspace === null ? null : tenants.workspaces[workspace],
    });
  });

  it('people stand where their role stands', async () => {
    const statuses = async (path: string): Promise<number[]> =>
      Promise.all(['admin', 'acmeAdmin', 'reader'].map(async (who) => (await call(who, 'GET', path)).status));
    expect(await statuses('/v1/accounts')).toEqual([200, 403, 403]);
    expect(await statuses(`/v1/accounts/${tenants.accounts.acme!}`)).toEqual([200, 200, 403]);
    expect(await statuses(`/v1/accounts/${tenants.accounts.other!}`)).toEqual([200, 404, 404]);
    expect(await statuses('/v1/account')).toEqual([403, 200, 403]);
    expect(await statuses('/v1/workspace')).toEqual([403, 403, 200]);
    expect(await statuses(`/v1/workspaces/${tenants.workspaces['acme.one']!}`)).toEqual([200, 200, 200]);
    expect(await statuses(`/v1/workspaces/${tenants.workspaces['acme.two']!}`)).toEqual([200, 200, 404]);
  });

  it('is the same 401 for every reason', async () => {
    const invited = { email: 'invited@example.com', name: 'x', role: 'account_admin' };
    await call('acmeAdmin', 'POST', `/v1/accounts/${tenants.accounts.acme!}/users`, invited);
    const { email: username, password } = tenants.people.acmeAdmin!;
    const answers = await Promise.all(
      [
        { username, password: 'a wrong password' },
        { username, password: '' },
        { username, password: `${password} ` },
        { username, password: password.toUpperCase() },
        { username, password, account_id: tenants.accounts.other },
        { username, password, account_id: 'x' },
        { username: 'nobody@example.com', password },
        { username: '', password },
        { username: invited.email, password },
        { username: 'x'.repeat(5000), password: 'x'.repeat(5000) },
      ].map(login),
    );
    const [first] = answers;
    expect(problem(first!)).toEqual([
      401,
      expect.objectContaining({ statusCode: 401, code: 'UNAUTHORIZED', message: 'Invalid credentials' }),
    ]);
    expect(answers.map(problem)).toEqual(answers.map(() => problem(first!)));
    expect(first!.headers.get('www-authenticate')).toMatch(/^Bearer realm="[^"]+"$/);
  });

  it.each([
    [{}, ['username', 'password']],
    [{ username: 'a@b' }, ['password']],
    [{ username: 1, password: 'x' }, ['username']],
    [{ username: 'a@b', password: ['x'] }, ['password']],
    [{ username: 'a\u0000@b', password: 'x', account_id: '\u0000' }, ['username', 'account_id']],
    [{ username: 'a@b', password: 'x', session_id: 'x' }, ['']],
    [{ api_key: 'cv_live_x' }, ['username', 'password', '']],
    [[], ['']],
    [null, ['']],
  ])('refuses %j as malformed', async (body, paths) => {
    const { status, body: answer } = await login(body);
    expect([status, answer.code]).toEqual([400, 'BAD_REQUEST']);
    expect(answer.details.map(({ path }: { path: string }) => path)).toEqual(paths);
  });

  it('takes JSON alone', async () => {
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    const post = (init: RequestInit): Promise<Response> =>
      fetch(`${tenants.service.base}/auth/login`, { method: 'POST', ...init });
    expect((await post({ headers: form, body: 'username=a&password=b' })).status).toBe(415);
    expect((await post({ headers: { 'content-type': 'application/json' }, body: '{"username":' })).status).toBe(400);
    expect((await post({})).status).toBe(400);
    expect((await fetch(`${tenants.service.base}/auth/login`)).status).toBe(405);
  });

  it('where an address is known in several accounts, one password must fit, or the account be named', async () => {
    const one = await tenants.person('twice', 'account_admin', 'acme');
    const other = await tenants.person('twice', 'account_admin', 'other');
    // Both say the same: "twice has a long password".
    const { email: username, password } = one;
    expect((await login({ username, password })).status).toBe(401);
    for (const [account, { id }] of [
      ['acme', one],
      ['other', other],
    ] as const) {
      const { status, body } = await login({ username, password, account_id: tenants.accounts[account] });
      expect([status, decodeJwt(body.access_token).sub]).toEqual([200, id]);
    }
    const token = await tenants.signIn(other, tenants.accounts.other);
    const change = { currentPassword: password, newPassword: 'another one in the other' };
    expect((await call(token, 'POST', '/auth/password', change)).status).toBe(204);
    const { body } = await login({ username, password });
    expect(decodeJwt(body.access_token).sub).toBe(one.id);
    const answer = await login({ username, password: change.newPassword });
    expect(decodeJwt(answer.body.access_token).sub).toBe(other.id);
  });

  it('stops with the account, and the tokens from before stay dead', async () => {
    const person = await tenants.person('suspended', 'account_admin', 'other');
    const before = await tenants.signIn(person);
    expect((await call(before, 'GET', '/v1/account')).status).toBe(200);
    await call('admin', 'PATCH', `/v1/accounts/${tenants.accounts.other!}`, { status: 'suspended' });
    await tenants.untilDead(before);
    expect(problem(await loginAs('suspended'))).toEqual(problem(await login({ username: 'nobody', password: 'x' })));
    await call('admin', 'PATCH', `/v1/accounts/${tenants.accounts.other!}`, { status: 'active' });
    expect((await loginAs('suspended')).status).toBe(200);
    await tenants.untilDead(before);
  });

  it('four of one name wait, and whoever comes then under it is told to come again, unharmed', async () => {
    const answers = await Promise.all(Array.from({ length: 30 }, () => loginAs('reader')));
    const statuses = answers.map(({ status }) => status);
    expect(new Set(statuses)).toEqual(new Set([200, 429]));
    expect(answers.find(({ status }) => status === 429)!.headers.get('retry-after')).toMatch(/^\d+$/);
    expect((await loginAs('reader')).status).toBe(200);
  });

  it('leaves no password in the database or in what the service writes', async () => {
    const { rows } = await db.query('select to_json(user_credentials)::text as text from user_credentials');
    const written = JSON.stringify(rows) + tenants.service.output;
    for (const { password } of Object.values(tenants.people)) expect(written).not.toContain(password);
  });

  describe('and out', () => {
    it('ends the token that is shown, a person’s or a client’s, and no other', async () => {
      for (const who of ['reader', 'acme.one']) {
        const client = tenants.clients[who];
        const fresh = (): Promise<string> =>
          client ? tenants.service.accessToken(client) : tenants.signIn(tenants.people[who]!);
        const [ended, other] = [await fresh(), await fresh()];
        const answer = await call(ended, 'POST', '/auth/logout');
        expect([who, answer.status, answer.body]).toEqual([who, 204, undefined]);
        await tenants.untilDead(ended);
        expect((await call(ended, 'POST', '/auth/logout', {})).status).toBe(401);
        expect((await call(other, 'GET', '/v1/whoami')).status).toBe(200);
        const { rows } = await db.query('select actor_id, object_type from audit_events where object_id = $1', [
          decodeJwt(ended).jti,
        ]);
        expect(rows).toEqual([{ actor_id: decodeJwt(ended).sub, object_type: 'token' }]);
      }
    });

    it('takes the token from the header alone', async () => {
      const token = await tenants.tokenOf('acme.one');
      expect((await call(null, 'POST', '/auth/logout')).status).toBe(401);
      expect((await call(null, 'POST', '/auth/logout', { token })).status).toBe(401);
      expect((await call(token, 'POST', '/auth/logout', { token })).status).toBe(400);
      expect((await call(token, 'POST', `/auth/logout?token=${token}`)).status).toBe(400);
      expect((await call(null, 'POST', `/auth/logout?access_token=${token}`)).status).toBe(400);
      expect((await call('x', 'POST', '/auth/logout')).status).toBe(401);
      expect((await call(token, 'GET', '/v1/whoami')).status).toBe(200);
    });
  });
});

describe('failed attempts to sign in', () => {
  it('are limited for their address, and say for how long', async () => {
    const tenants = await Tenants.start({ RATE_LIMIT_MAX: '3', TRUST_PROXY: '127.0.0.1/32,::1/128' });
    const login = (password: string, from: string, username = 'admin@localhost'): Promise<Answer> =>
      tenants.call(null, 'POST', '/auth/login', { username, password }, { 'x-forwarded-for': from });
    const { password } = tenants.people.admin!;
    for (let i = 0; i < 2; i++) expect((await login(password, '192.0.2.1')).status).toBe(200);
    // Successes are no failures of the address.
    for (let i = 0; i < 3; i++) expect((await login('wrong', '192.0.2.1', `n${i}@x`)).status).toBe(401);
    const refused = await login(password, '192.0.2.1');
    expect([refused.status, refused.body.code]).toEqual([429, 'RATE_LIMIT_EXCEEDED']);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    // Nobody locks another out: the name is no matter at another address.
    expect((await login(password, '192.0.2.2')).status).toBe(200);
    // Setup tokens and current passwords count as well.
    const setup = { setupToken: 'x', password: 'a very good password' };
    const answer = await tenants.call(null, 'POST', '/auth/password', setup, { 'x-forwarded-for': '192.0.2.1' });
    expect(answer.status).toBe(429);
    await tenants.stop();
  });
});
