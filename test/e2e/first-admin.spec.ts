import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import pg from 'pg';
import { Program } from '../support/program.js';
import { Service, TEST_KEY } from '../support/service.js';
import { type Answer } from '../support/call.js';
import { Tenants } from '../support/tenants.js';
import { type TestDatabase, testDatabase } from '../support/test-database.js';

// Each password costs a tenth of a second of all cores, and others may be at work.
jest.setTimeout(60_000);

const PASSWORD = 'nobody would guess this';

/** A first administrator's sign-in. */
async function post(base: string, path: string, body: object): Promise<Response> {
  const headers = { 'content-type': 'application/json' };
  return fetch(base + path, { method: 'POST', headers, body: JSON.stringify(body) });
}

/** Runs `npm run admin:setup`; its standard output alone is the token. */
async function adminSetup(
  env: Record<string, string>,
): Promise<{ code: number | null; output: string; token: string }> {
  const program = new Program('npm', ['run', '-s', 'admin:setup'], { env });
  const code = await program.exit();
  return { code, output: program.output, token: /cv_st_\w+/.exec(program.output)?.[0] ?? '' };
}

describe('the administrator of a new installation', () => {
  let database: TestDatabase;

  beforeAll(async () => {
    database = await testDatabase();
  });

  afterAll(() => database.drop());

  it('is shown once, and signs in as it is shown', async () => {
    const first = await Service.start({ DATABASE_URL: database.url });
    const [, username = '', password = ''] = /username +(\S+)\s+password +(\S+)/.exec(first.output) ?? [];
    expect(username).toBe('admin@localhost');
    const answer = await post(first.base, '/auth/login', { username, password });
    expect(answer.status).toBe(200);
    const { access_token: token } = (await answer.json()) as { access_token: string };
    const whoami = await first.get('/v1/whoami', { authorization: `Bearer ${token}` });
    expect(await whoami.json()).toMatchObject({ type: 'user', role: 'platform_admin', level: 'platform' });
    await first.stop();
    const again = await Service.start({ DATABASE_URL: database.url, ADMIN_PASSWORD: PASSWORD, ADMIN_EMAIL: 'x@y' });
    expect(again.output).not.toMatch(/password|admin@localhost|x@y/);
    expect((await post(again.base, '/auth/login', { username: 'x@y', password: PASSWORD })).status).toBe(401);
    expect((await post(again.base, '/auth/login', { username, password })).status).toBe(200);
    await again.stop();
  });

  it('has the password that is configured, which nobody is shown', async () => {
    const other = await testDatabase();
    const environment = { DATABASE_URL: other.url, ADMIN_EMAIL: 'Root@Example.com', ADMIN_PASSWORD: PASSWORD };
    const service = await Service.start(environment);
    expect(service.output).toContain('root@example.com');
    expect(service.output).not.toContain(PASSWORD);
    const login = { username: 'root@example.com', password: PASSWORD };
    expect((await post(service.base, '/auth/login', login)).status).toBe(200);
    await service.stop();
    await other.drop();
  });

  it('has no password that everybody tries', async () => {
    const other = await testDatabase();
    const service = await Service.spawn({ DATABASE_URL: other.url, ADMIN_PASSWORD: 'password1234' });
    expect(await service.exit()).toBe(1);
    expect(service.output).toContain('ADMIN_PASSWORD is too common');
    expect(service.output).not.toContain('password1234');
    await other.drop();
  }, 30_000);

  it('is one, of replicas that start together', async () => {
    const other = await testDatabase();
    const services = await Promise.all([1, 2, 3].map(() => Service.start({ DATABASE_URL: other.url })));
    expect(services.filter(({ output }) => output.includes('username'))).toHaveLength(1);
    const db = new pg.Client(other.url);
    await db.connect();
    expect((await db.query('select email, role, status from users')).rows).toEqual([
      { email: 'admin@localhost', role: 'platform_admin', status: 'active' },
    ]);
    await db.end();
    await Promise.all(services.map((service) => service.stop()));
    await other.drop();
  });

  it('has no password in production, is not shown, and gets a setup token by npm run admin:setup', async () => {
    const other = await testDatabase();
    const environment = {
      NODE_ENV: 'production',
      ISSUER: 'https://id.example.com',
      REQUIRE_HTTPS: 'false',
      DATABASE_URL: other.url,
      KEY_ENCRYPTION_KEY: Buffer.from(
        '9f1c0d7b6a5e4f3d2c1b0a9f8e7d6c5b4a3f2e1d0c9b8a7f6e5d4c3b2a1f0e9d',
        'hex',
      ).toString('base64'),
    };
    const service = await Service.spawn({ ...environment, LOG_LEVEL: 'warn' });
    for (const deadline = Date.now() + 20_000; Date.now() < deadline;) {
      if ((await service.get('/health/ready').catch(() => null))?.status === 200) break;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    expect(service.output).toContain('npm run admin:setup');
    expect(service.output).not.toMatch(/admin@localhost|cv_/);
    const login = { username: 'admin@localhost', password: PASSWORD };
    expect((await post(service.base, '/auth/login', login)).status).toBe(401);
    // With another ISSUER nothing changes but the token.
    const { code, token } = await adminSetup({ ...environment, ISSUER: 'https://elsewhere.example.com' });
    expect([code, token]).toEqual([0, expect.stringMatching(/^cv_st_[0-9A-Za-z]{46}$/)]);
    expect((await post(service.base, '/auth/password', { setupToken: token, password: PASSWORD })).status).toBe(204);
    const answer = await post(service.base, '/auth/login', login);
    expect(answer.status).toBe(200);
    const { access_token: bearer } = (await answer.json()) as { access_token: string };
    expect((await service.get('/v1/whoami', { authorization: `Bearer ${bearer}` })).status).toBe(200);
    await service.stop();
    await other.drop();
  });

  it('gets a setup token beside a service on its embedded engine, and without one', async () => {
    const directory = join(tmpdir(), `claviger-admin-${process.pid}`);
    const service = await Service.start({ DATA_DIR: directory, KEY_ENCRYPTION_KEY: '' });
    const beside = await adminSetup({ DATA_DIR: directory });
    expect([beside.code, beside.token]).toEqual([0, expect.stringMatching(/^cv_st_/)]);
    const body = { setupToken: beside.token, password: PASSWORD };
    expect((await post(service.base, '/auth/password', body)).status).toBe(204);
    expect(await service.stop()).toBe(0);
    const alone = await adminSetup({ DATA_DIR: directory });
    expect([alone.code, alone.token]).toEqual([0, expect.stringMatching(/^cv_st_/)]);
    await rm(directory, { recursive: true, force: true });
  });

  it('the command says what is wrong, and shows no trace', async () => {
    const empty = await testDatabase();
    const common = { DATABASE_URL: empty.url, KEY_ENCRYPTION_KEY: TEST_KEY };
    const outcome = async (env: Record<string, string>): Promise<string> => {
      const { code, output } = await adminSetup(env);
      expect([code, output]).toEqual([1, expect.not.stringMatching(/\n {4}at /)]);
      return output;
    };
    expect(await outcome(common)).toContain('start the service of this version first');
    expect(await outcome({ ...common, KEY_ENCRYPTION_KEY: 'x' })).toContain('KEY_ENCRYPTION_KEY must be');
    const wrong = Buffer.alloc(32, 9).toString('base64');
    expect(await outcome({ DATABASE_URL: database.url, KEY_ENCRYPTION_KEY: wrong })).toContain('does not open');
    expect(await outcome({ ...common, DATABASE_URL: 'postgres://x:y@127.0.0.1:1/z' })).toContain('cannot be reached');
    await empty.drop();
  });
});

describe('administrators', () => {
  let tenants: Tenants;
  const call = (...args: Parameters<Tenants['call']>): Promise<Answer> => tenants.call(...args);
  let counter = 0;
  const admin = (role = 'account_admin'): object => ({ email: `admin${++counter}@example.com`, name: 'Admin', role });
  const account = async (): Promise<string> =>
    `/v1/accounts/${(await call('platform', 'POST', '/v1/accounts', { name: 'New', plan: 'free' })).body.id}/users`;
  const make = async (who: string, users: string, role?: string): Promise<Answer['body']> =>
    (await call(who, 'POST', users, admin(role))).body;

  beforeAll(async () => {
    tenants = await Tenants.start({ RATE_LIMIT_MAX: '0' });
  });

  afterAll(() => tenants.stop());

  it('a platform client makes the first one of an account, gets the setup token, and makes no second one', async () => {
    const users = await account();
    const first = await call('platform', 'POST', users, admin());
    expect([first.status, first.body.setupToken]).toEqual([201, expect.stringMatching(/^cv_st_/)]);
    const second = await call('platform', 'POST', users, admin());
    expect([second.status, second.body.code]).toEqual([403, 'HUMAN_REQUIRED']);
    const platform = await call('platform', 'POST', await account(), admin('platform_admin'));
    expect([platform.status, platform.body.code]).toEqual([403, 'HUMAN_REQUIRED']);
    expect((await call('acme', 'POST', `/v1/accounts/${tenants.accounts.acme!}/users`, admin())).status).toBe(403);
  });

  it('of ten first ones at the same moment, one is made', async () => {
    const users = await account();
    // A pool whose connections are made first lets nobody be early.
    await Promise.all(Array.from({ length: 10 }, () => call('platform', 'GET', users)));
    const answers = await Promise.all(Array.from({ length: 10 }, () => call('platform', 'POST', users, admin())));
    const statuses = answers.map(({ status }) => status);
    expect([statuses.filter((s) => s === 201).length, statuses.filter((s) => s === 403).length]).toEqual([1, 9]);
  });

  it('the last one of an account stays, by deletion and by role', async () => {
    const users = await account();
    const only = await make('platform', users);
    const other = await make('admin', users);
    expect((await call('admin', 'DELETE', `/v1/users/${other.id}`)).status).toBe(204);
    const refused = await call('admin', 'DELETE', `/v1/users/${only.id}`);
    expect([refused.status, refused.body.message]).toEqual([409, 'The last administrator of the account cannot go']);
    const [, , , accountId] = users.split('/');
    const workspace = await call('admin', 'POST', `/v1/accounts/${accountId!}/workspaces`, { name: 'W', slug: 'w' });
    const below = { role: 'workspace_admin', workspaceId: workspace.body.id };
    expect((await call('admin', 'PATCH', `/v1/users/${only.id}`, below)).status).toBe(409);
    expect((await call('admin', 'PATCH', `/v1/users/${only.id}`, { name: 'Still' })).status).toBe(200);
    await make('admin', users);
    expect((await call('admin', 'PATCH', `/v1/users/${only.id}`, below)).status).toBe(200);
  });

  it('of two last ones who go at the same moment, one stays', async () => {
    for (const how of ['both deleted', 'one deleted, one demoted'] as const) {
      const users = await account();
      const [one, two] = [await make('platform', users), await make('admin', users)];
      const [, , , accountId] = users.split('/');
      const workspace = await call('admin', 'POST', `/v1/accounts/${accountId!}/workspaces`, { name: 'W', slug: 'w' });
      const below = { role: 'chat_user', workspaceId: workspace.body.id };
      const answers = await Promise.all([
        call('admin', 'DELETE', `/v1/users/${one.id}`),
        how === 'both deleted'
          ? call('admin', 'DELETE', `/v1/users/${two.id}`)
          : call('admin', 'PATCH', `/v1/users/${two.id}`, below),
      ]);
      expect([how, answers.filter(({ status }) => status === 409).length]).toEqual([how, 1]);
      const left = (await call('admin', 'GET', users)).body.filter(
        ({ role }: { role: string }) => role === 'account_admin',
      );
      expect([how, left.length]).toEqual([how, 1]);
    }
  });

  it('the last one of the platform stays, and its account is not suspended', async () => {
    const { body: whoami } = await call('admin', 'GET', '/v1/whoami');
    const me = `/v1/users/${whoami.id}`;
    const refused = await call('platform', 'DELETE', me);
    expect([refused.status, refused.body.message]).toEqual([409, 'The last administrator of the platform cannot go']);
    expect((await call('platform', 'PATCH', me, { role: 'account_admin' })).body.code).toBe('HUMAN_REQUIRED');
    const home = (await call('admin', 'GET', me)).body.accountId;
    expect((await call('platform', 'PATCH', `/v1/accounts/${home}`, { status: 'suspended' })).status).toBe(409);
    const other = await make('admin', `/v1/accounts/${tenants.accounts.other!}/users`, 'platform_admin');
    // Somebody who has no password yet takes nothing over.
    expect((await call('platform', 'DELETE', me)).status).toBe(409);
    const answers = await Promise.all([me, `/v1/users/${other.id}`].map((path) => call('platform', 'DELETE', path)));
    expect(answers.map(({ status }) => status)).toEqual([409, 204]);
  });

  it('are made by machines where CREDENTIAL_CREATION says so, without a setup token', async () => {
    const any = await Tenants.start({ CREDENTIAL_CREATION: 'any' });
    const made = await any.call('acme', 'POST', `/v1/accounts/${any.accounts.acme!}/users`, admin());
    expect([made.status, made.body.setupToken]).toEqual([201, undefined]);
    const token = await any.call('acme', 'POST', `/v1/users/${made.body.id}/setup-token`);
    expect(token.body.code).toBe('HUMAN_REQUIRED');
    await any.stop();
  });
});
