import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Answer, callService } from '../support/call.js';
import { Service } from '../support/service.js';
import { type TestDatabase, testDatabase } from '../support/test-database.js';

const PASSWORD = 'a long and uncommon passphrase';
const AUDIENCE = 'https://platform-api.example/';

/** The guide to API credentials that a platform gives its customers, followed from top to bottom. */
describe('API credentials, as their guide tells it', () => {
  let database: TestDatabase;
  let service: Service;
  let platform: string;
  let accountAdmin: { id: string; token: string };
  let workspaceAdmin: { id: string; token: string };
  let [accountId, marketing, support] = ['', '', ''];

  const call = (...args: Tail<Parameters<typeof callService>>): Promise<Answer> => callService(service, ...args);
  const login = async (username: string, password: string): Promise<string> => {
    const answer = await call(null, 'POST', '/auth/login', { username, password });
    expect([username, answer.status]).toEqual([username, 200]);
    return answer.body.access_token;
  };
  const invite = async (by: string, person: object, email: string): Promise<{ id: string; token: string }> => {
    const made = await call(by, 'POST', `/v1/accounts/${accountId}/users`, { name: 'Person', email, ...person });
    expect([email, made.status]).toEqual([email, 201]);
    const set = await call(null, 'POST', '/auth/password', { setupToken: made.body.setupToken, password: PASSWORD });
    expect(set.status).toBe(204);
    return { id: made.body.id, token: await login(email, PASSWORD) };
  };
  const exchange = (credentials: object, type = 'application/json'): Promise<Answer> =>
    call(null, 'POST', '/oauth/token', credentials, { 'content-type': type });
  const tokenOf = async ({ clientId, clientSecret, audience }: Answer['body'], more: object = {}): Promise<string> => {
    const asked = { client_id: clientId, client_secret: clientSecret, audience, grant_type: 'client_credentials' };
    const answer = await exchange({ ...asked, ...more });
    expect([answer.status, answer.body]).toEqual([200, expect.objectContaining({ token_type: 'Bearer' })]);
    return answer.body.access_token;
  };
  const managementTokenOf = (key: Answer['body']): Promise<string> => tokenOf(key, { audience: `${service.base}/v1` });
  /** A cut is in force within a second. */
  const untilDead = async (token: string): Promise<void> => {
    for (const deadline = Date.now() + 5000; Date.now() < deadline;) {
      if ((await call(token, 'GET', '/v1/whoami')).status === 401) return;
    }
    throw new Error('The token is still alive');
  };
  const both = { audiences: [AUDIENCE, `placeholder`] };

  beforeAll(async () => {
    database = await testDatabase();
    service = await Service.start({ DATABASE_URL: database.url, DEFAULT_AUDIENCE: AUDIENCE });
    both.audiences = [AUDIENCE, `${service.base}/v1`];
    platform = await login(service.administrator.username, service.administrator.password);
    const account = await call(platform, 'POST', '/v1/accounts', { name: 'Customer', plan: 'pro' });
    accountId = account.body.id;
    accountAdmin = await invite(platform, { role: 'account_admin' }, 'owner@customer.example');
    const workspace = async (slug: string): Promise<string> =>
      (await call(accountAdmin.token, 'POST', `/v1/accounts/${accountId}/workspaces`, { name: slug, slug })).body.id;
    marketing = await workspace('marketing');
    support = await workspace('support');
    workspaceAdmin = await invite(
      accountAdmin.token,
      { role: 'workspace_admin', workspaceId: marketing },
      'marketing@customer.example',
    );
  }, 60_000);

  afterAll(async () => {
    await service.stop();
    await database.drop();
  });

  describe('Account vs. Workspace API keys', () => {
    it('an account API key acts as an account administrator with access to every workspace in the account', async () => {
      const key = await call(accountAdmin.token, 'POST', `/v1/accounts/${accountId}/clients`, {
        name: 'Org-wide',
        ...both,
      });
      const token = await managementTokenOf(key.body);
      expect((await call(token, 'GET', '/v1/whoami')).body).toMatchObject({ level: 'account', role: 'account_admin' });
      for (const id of [marketing, support]) {
        expect((await call(token, 'PATCH', `/v1/workspaces/${id}`, {})).status).toBe(200);
      }
    });

    it('a workspace API key is limited to one workspace and to a role you choose', async () => {
      const body = { name: 'One team', role: 'content_manager', ...both };
      const key = await call(workspaceAdmin.token, 'POST', `/v1/workspaces/${marketing}/clients`, body);
      const token = await managementTokenOf(key.body);
      expect((await call(token, 'GET', `/v1/workspaces/${marketing}`)).status).toBe(200);
      expect((await call(token, 'GET', `/v1/workspaces/${support}`)).status).toBe(404);
      expect((await call(token, 'PATCH', `/v1/workspaces/${marketing}`, {})).status).toBe(403);
    });

    it('account keys are made by account admins; workspace keys by account admins or that workspace’s admins', async () => {
      const make = async (by: string, where: string, body: object): Promise<number> =>
        (await call(by, 'POST', `/v1/${where}/clients`, { name: 'Who', ...body })).status;
      const role = { role: 'chat_user' };
      expect(await make(accountAdmin.token, `workspaces/${support}`, role)).toBe(201);
      expect(await make(workspaceAdmin.token, `workspaces/${marketing}`, role)).toBe(201);
      expect(await make(workspaceAdmin.token, `workspaces/${support}`, role)).toBe(404);
      expect(await make(workspaceAdmin.token, `accounts/${accountId}`, {})).toBe(403);
    });
  });

  describe('How API keys work', () => {
    let key: Answer['body'];

    it('when you create one, you get four values to copy', async () => {
      const made = await call(accountAdmin.token, 'POST', `/v1/workspaces/${marketing}/clients`, {
        name: 'Zapier integration',
        role: 'content_manager',
        ...both,
      });
      key = made.body;
      expect(key).toMatchObject({
        clientId: expect.stringMatching(/^cli_/),
        clientSecret: expect.stringMatching(/^cv_sk_/),
        audience: AUDIENCE,
        tokenUrl: `${service.base}/oauth/token`,
        secretLast4: key.clientSecret.slice(-4),
      });
      expect(made.headers.get('cache-control')).toContain('no-store');
    });

    it('the clientSecret is shown only once; afterwards the last 4 characters tell which key is installed where', async () => {
      const read = await call(accountAdmin.token, 'GET', `/v1/clients/${key.clientId}`);
      const list = await call(accountAdmin.token, 'GET', `/v1/workspaces/${marketing}/clients`);
      const secrets = await call(accountAdmin.token, 'GET', `/v1/clients/${key.clientId}/secrets`);
      expect(read.body.secretLast4).toBe(key.clientSecret.slice(-4));
      expect(secrets.body).toEqual([expect.objectContaining({ last4: key.clientSecret.slice(-4) })]);
      for (const answer of [read, list, secrets]) {
        expect(JSON.stringify(answer.body)).not.toContain(key.clientSecret);
        expect(JSON.stringify(answer.body)).not.toContain('clientSecret');
      }
    });

    it('step 1: exchange your credentials for an access token, valid for about 24 hours', async () => {
      const { clientId: client_id, clientSecret: client_secret, audience } = key;
      const answer = await exchange({ client_id, client_secret, audience, grant_type: 'client_credentials' });
      expect(answer.body).toEqual({
        access_token: expect.stringMatching(/^eyJ/),
        token_type: 'Bearer',
        expires_in: 86400,
        scope: 'read write',
      });
    });

    it('step 2: call the API with that token; the example lists the workspaces in your account', async () => {
      const made = await call(accountAdmin.token, 'POST', `/v1/accounts/${accountId}/clients`, {
        name: 'Lister',
        ...both,
      });
      const token = await managementTokenOf(made.body);
      const list = await call(token, 'GET', `/v1/accounts/${accountId}/workspaces`);
      expect(list.body.map(({ slug }: { slug: string }) => slug)).toEqual(['support', 'marketing']);
      // Save it and reuse it: nothing wears off.
      expect((await call(token, 'GET', `/v1/accounts/${accountId}/workspaces`)).status).toBe(200);
    });
  });

  describe('Create an API key', () => {
    it('only a human administrator can create them', async () => {
      const made = await call(accountAdmin.token, 'POST', `/v1/accounts/${accountId}/clients`, {
        name: 'Machine',
        ...both,
      });
      const machine = await managementTokenOf(made.body);
      const refused = await call(machine, 'POST', `/v1/accounts/${accountId}/clients`, { name: 'Offspring' });
      expect([refused.status, refused.body.code]).toEqual([403, 'HUMAN_REQUIRED']);
    });

    it('they are available on eligible plans', async () => {
      await call(platform, 'PATCH', `/v1/accounts/${accountId}`, { plan: 'free' });
      const refused = await call(accountAdmin.token, 'POST', `/v1/accounts/${accountId}/clients`, { name: 'Free' });
      expect([refused.status, refused.body.code]).toEqual([403, 'PLAN_NOT_ELIGIBLE']);
      await call(platform, 'PATCH', `/v1/accounts/${accountId}`, { plan: 'enterprise' });
      const made = await call(accountAdmin.token, 'POST', `/v1/accounts/${accountId}/clients`, { name: 'Paid' });
      expect(made.status).toBe(201);
    });
  });

  describe('Acting on behalf of a user', () => {
    it('new records are attributed to that user; it never grants extra permissions', async () => {
      const made = await call(accountAdmin.token, 'POST', `/v1/accounts/${accountId}/clients`, {
        name: 'Agent',
        ...both,
      });
      const token = await managementTokenOf(made.body);
      const post = (body: object, user: string): Promise<Answer> =>
        call(token, 'POST', `/v1/accounts/${accountId}/workspaces`, body, { 'x-user-id': user });
      const workspace = await post({ name: 'Attributed', slug: 'attributed' }, workspaceAdmin.id);
      expect([workspace.status, workspace.body.createdBy]).toEqual([201, workspaceAdmin.id]);
      expect((await post({ name: 'X', slug: 'x' }, 'usr_01ARZ3NDEKTSV4RRFFQ69G5FAV')).status).toBe(400);
      const machine = await call(
        token,
        'POST',
        `/v1/accounts/${accountId}/clients`,
        { name: 'No' },
        { 'x-user-id': accountAdmin.id },
      );
      expect([machine.status, machine.body.code]).toEqual([403, 'HUMAN_REQUIRED']);
      const person = await call(accountAdmin.token, 'GET', '/v1/whoami', undefined, { 'x-user-id': accountAdmin.id });
      expect(person.status).toBe(403);
    });
  });

  describe('Manage existing keys', () => {
    let key: Answer['body'];

    beforeAll(async () => {
      const body = { name: 'Managed', role: 'workspace_admin', ...both };
      key = (await call(accountAdmin.token, 'POST', `/v1/workspaces/${marketing}/clients`, body)).body;
    });

    it('rotate generates a new secret, shown once, and retires the old one; issued tokens stay valid', async () => {
      const token = await managementTokenOf(key);
      const rotated = await call(accountAdmin.token, 'POST', `/v1/clients/${key.clientId}/rotate`);
      expect([rotated.status, rotated.body.clientSecret]).toEqual([200, expect.stringMatching(/^cv_sk_/)]);
      const old = { client_id: key.clientId, client_secret: key.clientSecret, grant_type: 'client_credentials' };
      expect([(await exchange(old)).status, (await call(token, 'GET', '/v1/whoami')).status]).toEqual([401, 200]);
      key = { ...key, clientSecret: rotated.body.clientSecret };
      await managementTokenOf(key);
    });

    it('for workspace keys you can assign a different role; account keys are always account admin', async () => {
      const before = await managementTokenOf(key);
      const changed = await call(accountAdmin.token, 'PATCH', `/v1/clients/${key.clientId}`, { role: 'chat_user' });
      expect([changed.status, changed.body.role]).toEqual([200, 'chat_user']);
      await untilDead(before);
      const after = await managementTokenOf(key);
      expect((await call(after, 'GET', '/v1/whoami')).body).toMatchObject({ role: 'chat_user', scopes: ['read'] });
      const account = await call(accountAdmin.token, 'POST', `/v1/accounts/${accountId}/clients`, { name: 'Fixed' });
      const path = `/v1/clients/${account.body.clientId}`;
      expect((await call(accountAdmin.token, 'PATCH', path, { role: 'chat_user' })).status).toBe(403);
    });

    it('deactivate disables the key for good: any app using it starts receiving 401', async () => {
      const token = await managementTokenOf(key);
      const ended = await call(accountAdmin.token, 'POST', `/v1/clients/${key.clientId}/deactivate`);
      expect([ended.status, ended.body.status]).toEqual([200, 'deactivated']);
      await untilDead(token);
      const again = { client_id: key.clientId, client_secret: key.clientSecret, grant_type: 'client_credentials' };
      expect((await exchange(again)).body.error).toBe('invalid_client');
      expect((await call(accountAdmin.token, 'POST', `/v1/clients/${key.clientId}/rotate`)).status).toBe(409);
    });
  });

  describe('Troubleshooting', () => {
    let key: Answer['body'];
    const asked = (more: object = {}): object => ({
      client_id: key.clientId,
      client_secret: key.clientSecret,
      audience: AUDIENCE,
      grant_type: 'client_credentials',
      ...more,
    });

    beforeAll(async () => {
      const body = { name: 'Trouble', role: 'chat_user', ...both };
      key = (await call(accountAdmin.token, 'POST', `/v1/workspaces/${marketing}/clients`, body)).body;
    });

    it('the Authorization header must be formatted as Bearer <token>', async () => {
      const token = await managementTokenOf(key);
      for (const authorization of [token, `Token ${token}`, `Bearer: ${token}`, `Bearer  ${token}`]) {
        const answer = await call(null, 'GET', '/v1/whoami', undefined, { authorization });
        expect([answer.status, answer.headers.get('www-authenticate')]).toEqual([
          401,
          expect.stringMatching(/^Bearer /),
        ]);
      }
    });

    it('a key that lacks the permission is told so', async () => {
      const token = await managementTokenOf(key);
      const answer = await call(token, 'PATCH', `/v1/workspaces/${marketing}`, {});
      expect([answer.status, answer.body.message]).toEqual([403, 'Insufficient scope. Required: admin']);
    });

    it.each([
      ['a space behind the secret', { client_secret: 'padded' }, 401, 'invalid_client'],
      ['an audience without its slash', { audience: AUDIENCE.slice(0, -1) }, 400, 'invalid_target'],
      ['an audience with a space', { audience: ` ${AUDIENCE}` }, 400, 'invalid_target'],
      ['another grant type', { grant_type: 'password' }, 400, 'unsupported_grant_type'],
      ['no grant type', { grant_type: undefined }, 400, 'invalid_request'],
    ])('the token request fails with %s', async (_, more, status, error) => {
      const padded = 'client_secret' in more ? { client_secret: `${key.clientSecret} ` } : more;
      const answer = await exchange(asked(padded));
      expect([answer.status, answer.body.error]).toEqual([status, error]);
    });

    it('the token request fails with another content type, and at another tokenUrl', async () => {
      expect((await exchange(asked(), 'text/plain')).body.error).toBe('invalid_request');
      expect((await call(null, 'POST', '/oauth/tokens', asked())).status).toBe(404);
    });
  });
});

type Tail<T extends readonly unknown[]> = T extends readonly [unknown, ...infer Rest] ? Rest : never;
