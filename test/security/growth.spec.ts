import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Answer } from '../support/call.js';
import { Tenants } from '../support/tenants.js';

const REPORTS = 'urn:growth:reports';

describe('power', () => {
  let tenants: Tenants;
  let unique = 0;
  /** Kept by the platform, for its own clients in workspaces. */
  let reserved: { role: string; clientId: string };
  let serverId: string;

  const call = (...args: Parameters<Tenants['call']>): Promise<Answer> => tenants.call(...args);
  const ok = async (answer: Promise<Answer>): Promise<Answer['body']> => {
    const { status, body } = await answer;
    expect([status, body?.message]).toEqual([status < 300 ? status : 200, undefined]);
    return body;
  };
  const next = (): string => `g${++unique}`;

  beforeAll(async () => {
    tenants = await Tenants.start({ RATE_LIMIT_MAX: '0', CLIENT_CREATION_MAX: '0' });
    await tenants.person('acmeAdmin', 'account_admin', 'acme');
    await tenants.person('second', 'account_admin', 'acme');
    await tenants.person('oneAdmin', 'workspace_admin', 'acme.one');
    await tenants.person('oneWriter', 'content_manager', 'acme.one');
    await ok(call('admin', 'POST', '/v1/roles', { name: 'ops', level: 'platform', scopes: ['read'] }));
    const made = await ok(call('admin', 'POST', '/v1/clients', { name: 'ops', role: 'ops' }));
    tenants.clients['platform.reader'] = { id: made.clientId, secret: made.clientSecret };
    const role = { name: 'exporter', level: 'workspace', scopes: ['read'], assignableBy: 'platform' };
    await ok(call('admin', 'POST', '/v1/roles', role));
    const server = { identifier: REPORTS, name: 'Reports', scopes: ['see', 'export'] };
    const roleScopes = {
      exporter: ['export'],
      workspace_admin: ['see'],
      account_admin: ['see'],
      platform_admin: ['see'],
    };
    serverId = (await ok(call('admin', 'POST', '/v1/resource-servers', { ...server, roleScopes }))).id;
    const client = { name: 'exporter', role: 'exporter', audiences: [REPORTS] };
    const at = `/v1/workspaces/${tenants.workspaces['acme.one']!}/clients`;
    reserved = { role: 'exporter', clientId: (await ok(call('admin', 'POST', at, client))).clientId };
  }, 120_000);

  afterAll(() => tenants.stop(), 60_000);

  describe('of a stolen machine token', () => {
    it('does not become a person’s by a harmless role that is given first and widened then', async () => {
      const role = next();
      await ok(call('platform', 'POST', '/v1/roles', { name: role, level: 'workspace', scopes: ['read'] }));
      const person = { name: role, email: `${role}@example.com`, role, workspaceId: tenants.workspaces['acme.one']! };
      const made = await call('platform', 'POST', `/v1/accounts/${tenants.accounts.acme!}/users`, person);
      expect([made.status, made.body.setupToken]).toEqual([201, undefined]);
      const widened = await call('platform', 'PATCH', `/v1/roles/${role}`, { scopes: ['admin'] });
      expect([widened.status, widened.body.code]).toEqual([403, 'HUMAN_REQUIRED']);
    });

    it('does not become a person’s by a setup token whose person somebody promotes', async () => {
      const accountId = (await ok(call('platform', 'POST', '/v1/accounts', { name: next(), plan: 'pro' }))).id;
      const first = { name: 'F', email: `${next()}@example.com`, role: 'account_admin' };
      const made = await ok(call('platform', 'POST', `/v1/accounts/${accountId as string}/users`, first));
      expect(made.setupToken).toEqual(expect.any(String));
      const machine = await call('platform', 'PATCH', `/v1/users/${made.id as string}`, { role: 'ops' });
      expect([machine.status, machine.body.code]).toEqual([403, 'HUMAN_REQUIRED']);
      const second = { ...first, email: `${next()}@example.com` };
      await ok(call('admin', 'POST', `/v1/accounts/${accountId as string}/users`, second));
      await ok(call('admin', 'PATCH', `/v1/users/${made.id as string}`, { role: 'platform_admin' }));
      const set = { setupToken: made.setupToken, password: 'a password of the thief' };
      expect((await call(null, 'POST', '/auth/password', set)).status).toBe(401);
    });

    it('gains nothing by a setup token when the role of its person is widened', async () => {
      const role = next();
      await ok(call('admin', 'POST', '/v1/roles', { name: role, level: 'workspace', scopes: ['read'] }));
      const person = { name: role, email: `${role}@example.com`, role, workspaceId: tenants.workspaces['acme.one']! };
      const made = await ok(call('admin', 'POST', `/v1/accounts/${tenants.accounts.acme!}/users`, person));
      await ok(call('admin', 'PATCH', `/v1/roles/${role}`, { scopes: ['read', 'write'] }));
      const set = { setupToken: made.setupToken, password: 'a password of the thief' };
      expect((await call(null, 'POST', '/auth/password', set)).status).toBe(401);
      const renewed = await ok(call('admin', 'POST', `/v1/users/${made.id as string}/setup-token`));
      expect((await call(null, 'POST', '/auth/password', { ...set, ...renewed })).status).toBe(204);
    });

    it('makes no room in an account for a first administrator of its own', async () => {
      const accountId = (await ok(call('admin', 'POST', '/v1/accounts', { name: next(), plan: 'pro' }))).id;
      const users = `/v1/accounts/${accountId as string}/users`;
      const staff = next();
      await ok(call('admin', 'POST', '/v1/roles', { name: staff, level: 'platform', scopes: ['admin'] }));
      const only = await ok(call('admin', 'POST', users, { name: 'O', email: `${next()}@example.com`, role: staff }));
      await ok(call('platform', 'PATCH', `/v1/roles/${staff}`, { scopes: ['read'] }));
      expect((await call('platform', 'DELETE', `/v1/users/${only.id as string}`)).status).toBe(204);
      const first = await call('platform', 'POST', users, {
        name: 'F',
        email: `${next()}@example.com`,
        role: 'account_admin',
      });
      expect([first.status, first.body.code]).toEqual([403, 'HUMAN_REQUIRED']);
    });

    it('gives itself no more at an API, and makes itself none of its clients', async () => {
      const path = `/v1/resource-servers/${serverId}`;
      const { roleScopes } = await ok(call('admin', 'GET', path));
      const wider = { roleScopes: { ...roleScopes, platform_admin: ['see', 'export'] } };
      expect((await call('platform', 'PATCH', path, wider)).body.code).toBe('HUMAN_REQUIRED');
      const own = { clientIds: [tenants.clients.platform!.id] };
      expect((await call('platform', 'PATCH', path, own)).body.code).toBe('HUMAN_REQUIRED');
      // Others' roles are what infrastructure as code is for.
      await ok(call('platform', 'PATCH', path, { roleScopes: { ...roleScopes, agent_manager: ['see'] } }));
      await ok(call('platform', 'PATCH', path, { roleScopes }));
    });
  });

  describe('of a person', () => {
    it('ends at the roles that the platform keeps: they are neither given, nor had by another’s secret', async () => {
      const at = `/v1/workspaces/${tenants.workspaces['acme.one']!}/clients`;
      for (const who of ['oneAdmin', 'acmeAdmin']) {
        expect((await call(who, 'POST', at, { name: 'x', role: 'exporter', audiences: [REPORTS] })).status).toBe(403);
        expect((await call(who, 'POST', `/v1/clients/${reserved.clientId}/rotate`, {})).status).toBe(403);
        expect(
          (await call(who, 'PATCH', `/v1/clients/${reserved.clientId}`, { audiences: [`${tenants.service.base}/v1`] }))
            .status,
        ).toBe(403);
        expect((await call(who, 'PATCH', `/v1/clients/${reserved.clientId}`, { name: 'named' })).status).toBe(200);
      }
      const person = {
        name: 'x',
        email: `${next()}@example.com`,
        role: 'exporter',
        workspaceId: tenants.workspaces['acme.one']!,
      };
      expect((await call('acmeAdmin', 'POST', `/v1/accounts/${tenants.accounts.acme!}/users`, person)).status).toBe(
        403,
      );
    });

    it('makes no setup token for oneself', async () => {
      for (const who of ['acmeAdmin', 'admin']) {
        const me = (await ok(call(who, 'GET', '/v1/whoami'))).id as string;
        expect((await call(who, 'POST', `/v1/users/${me}/setup-token`)).status).toBe(403);
      }
    });

    it('gives a role by a level that is not below the role’s own', async () => {
      for (const body of [
        { level: 'platform', assignableBy: 'account' },
        { level: 'platform', assignableBy: 'workspace' },
      ]) {
        const answer = await call('admin', 'POST', '/v1/roles', { name: next(), scopes: [], ...body });
        expect([answer.status, answer.body.details]).toEqual([
          400,
          [expect.objectContaining({ path: 'assignableBy' })],
        ]);
      }
      const name = next();
      await ok(
        call('admin', 'POST', '/v1/roles', { name, level: 'workspace', scopes: ['read'], assignableBy: 'account' }),
      );
      expect((await call('platform', 'PATCH', `/v1/roles/${name}`, { assignableBy: 'workspace' })).body.code).toBe(
        'HUMAN_REQUIRED',
      );
      const at = `/v1/workspaces/${tenants.workspaces['acme.one']!}/clients`;
      expect((await call('oneAdmin', 'POST', at, { name: 'x', role: name })).status).toBe(403);
      expect((await call('acmeAdmin', 'POST', at, { name: 'x', role: name })).status).toBe(201);
      await ok(call('admin', 'PATCH', `/v1/roles/${name}`, { assignableBy: 'workspace' }));
      expect((await call('oneAdmin', 'POST', at, { name: 'x', role: name })).status).toBe(201);
    });
  });
});
