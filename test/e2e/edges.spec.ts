import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Answer } from '../support/call.js';
import { Tenants } from '../support/tenants.js';

describe('what the management API is sent', () => {
  let tenants: Tenants;
  const call = (...args: Parameters<Tenants['call']>): Promise<Answer> => tenants.call(...args);
  const statusOf = async (...args: Parameters<Tenants['call']>): Promise<number> => (await call(...args)).status;
  const own = (): string => `/v1/clients/${tenants.clients['acme.one.reader']!.id}`;

  beforeAll(async () => {
    tenants = await Tenants.start({ CREDENTIAL_CREATION: 'any' });
  }, 60_000);

  afterAll(() => tenants.stop());

  it('members with names of JavaScript’s own are data: unknown fields are refused, and map keys are kept', async () => {
    for (const name of ['constructor', 'prototype', 'toString', 'valueOf', 'hasOwnProperty']) {
      expect([name, await statusOf('acme', 'PATCH', own(), { [name]: 1 })]).toEqual([name, 400]);
      expect([name, await statusOf('acme', 'GET', `/v1/account/workspaces?${name}=1`)]).toEqual([name, 400]);
    }
    await call('platform', 'POST', '/v1/roles', { name: 'constructor', level: 'workspace', scopes: ['read'] });
    const server = { identifier: 'urn:edges', name: 'E', scopes: ['s'], roleScopes: { constructor: ['s'] } };
    const made = await call('platform', 'POST', '/v1/resource-servers', server);
    expect([made.status, made.body.roleScopes]).toEqual([201, { constructor: ['s'] }]);
  });

  it('a credential in the body is an unknown field, beside a good one in the header too', async () => {
    for (const name of ['access_token', 'token', 'api_key', 'client_secret', 'x-api-key']) {
      const answer = await call('acme', 'PATCH', own(), { [name]: 'x' });
      expect([name, answer.status, answer.headers.get('www-authenticate')]).toEqual([name, 400, null]);
      expect([name, await statusOf('acme', 'POST', '/auth/logout', { [name]: 'x' })]).toEqual([name, 400]);
    }
    expect(await statusOf('acme', 'GET', '/v1/whoami')).toBe(200);
  });

  it('a credential in the URL is 400, whatever else the request carries', async () => {
    const path = `${own()}?access_token=x`;
    expect(await statusOf('acme', 'PATCH', path, 'x'.repeat(70_000))).toBe(400);
    expect(await statusOf('acme', 'PUT', path)).toBe(400);
    expect(await statusOf('acme', 'PATCH', path, {}, { 'content-type': 'text/plain' })).toBe(400);
    expect(await statusOf(null, 'POST', '/auth/login?token=x', {})).toBe(400);
  });

  it('an id with NUL is that of nothing', async () => {
    for (const path of ['clients/%00', 'users/a%00b', 'workspaces/%00', 'resource-servers/a%00b', 'roles/%00']) {
      expect([path, await statusOf('platform', 'GET', `/v1/${path}`)]).toEqual([path, 404]);
    }
    const client = { name: 'n', role: 'a\0b' };
    const answer = await call('acme', 'POST', `/v1/workspaces/${tenants.workspaces['acme.one']!}/clients`, client);
    expect([answer.status, answer.body.details[0].path]).toEqual([400, 'role']);
  });

  it('an action is not done to another version than it is meant for', async () => {
    const stale = { 'if-match': '"99"' };
    const [{ id }] = (await call('acme', 'GET', `${own()}/secrets`)).body;
    for (const path of ['/rotate', '/rotate/complete', '/rotate/cancel', '/deactivate']) {
      await call('acme', 'POST', `${own()}/rotate`, { overlapSeconds: 60 });
      expect([path, await statusOf('acme', 'POST', own() + path, undefined, stale)]).toEqual([path, 412]);
    }
    expect(await statusOf('acme', 'DELETE', `${own()}/secrets/${id as string}`, undefined, stale)).toBe(412);
    const { headers } = await call('acme', 'GET', own());
    const fresh = { 'if-match': headers.get('etag')! };
    expect(await statusOf('acme', 'POST', `${own()}/deactivate`, undefined, fresh)).toBe(200);
  });

  it('a rotation taken back gives no secret a longer life than it had', async () => {
    const path = `/v1/clients/${tenants.clients['acme.two.reader']!.id}`;
    const secrets = async (): Promise<{ id: string; expiresAt: string | null }[]> =>
      (await call('acme', 'GET', `${path}/secrets`)).body;
    await call('acme', 'POST', `${path}/rotate`, { overlapSeconds: 3600 });
    const first = (await secrets())[1]!;
    await call('acme', 'POST', `${path}/rotate`, { overlapSeconds: 7200 });
    const second = (await secrets())[1]!;
    await call('acme', 'DELETE', `${path}/secrets/${second.id}`);
    await call('acme', 'POST', `${path}/rotate/cancel`);
    expect(await secrets()).toMatchObject([{ id: first.id, expiresAt: first.expiresAt }]);
  });

  it('a repeated request is the same with no body and with an empty one', async () => {
    const path = `/v1/clients/${tenants.clients['other.one.reader']!.id}/rotate`;
    const key = { 'idempotency-key': 'with a space' };
    expect(await statusOf('other', 'POST', path, undefined, key)).toBe(200);
    const again = await call('other', 'POST', path, {}, key);
    expect([again.status, again.headers.get('idempotency-replayed')]).toEqual([200, 'true']);
  });

  it('a limit is a whole number as people write it', async () => {
    for (const limit of ['0x10', '1e2', '%201', '+1', '1.0', '٣']) {
      expect([limit, await statusOf('acme', 'GET', `/v1/account/workspaces?limit=${limit}`)]).toEqual([limit, 400]);
    }
  });
});
