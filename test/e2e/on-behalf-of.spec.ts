import { get } from 'node:http';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import pg from 'pg';
import { type Answer } from '../support/call.js';
import { Tenants } from '../support/tenants.js';

const UNKNOWN = '01ARZ3NDEKTSV4RRFFQ69G5FAV';

// Each password costs a tenth of a second of all cores, and others may be at work.
jest.setTimeout(60_000);

describe('X-User-Id', () => {
  let tenants: Tenants;
  let db: pg.Client;
  const call = (...args: Parameters<Tenants['call']>): Promise<Answer> => tenants.call(...args);
  const users = (account: string): string => `/v1/accounts/${tenants.accounts[account]!}/users`;
  let counter = 0;
  const somebody = (role: string, place?: string): object => ({
    email: `person${++counter}@example.com`,
    name: 'Somebody',
    role,
    ...(place !== undefined && { workspaceId: tenants.workspaces[place] }),
  });
  const make = async (who: string, account: string, role: string, place?: string): Promise<Answer['body']> =>
    (await call(who, 'POST', users(account), somebody(role, place))).body;

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

  it('says for whom a client of the account acts, and nothing else', async () => {
    const me = { 'x-user-id': tenants.people.oneAdmin!.id };
    const path = `/v1/accounts/${tenants.accounts.acme!}/workspaces`;
    const made = await call('acme', 'POST', path, { name: 'For', slug: 'for-somebody' }, me);
    expect([made.status, made.body.createdBy]).toEqual([201, tenants.people.oneAdmin!.id]);
    const person = await call('acme', 'POST', users('acme'), somebody('chat_user', 'acme.one'), me);
    expect([person.body.createdBy, person.body.setupToken]).toEqual([tenants.people.oneAdmin!.id, undefined]);
    const whoami = await call('acme', 'GET', '/v1/whoami', undefined, me);
    expect(whoami.body).toMatchObject({ type: 'client', id: tenants.clients.acme!.id, level: 'account' });
    const human = await call('acme', 'POST', users('acme'), somebody('account_admin'), me);
    expect(human.body.code).toBe('HUMAN_REQUIRED');
    const { rows } = await db.query('select actor_id, on_behalf_of from audit_events where object_id = $1', [
      made.body.id,
    ]);
    expect(rows).toEqual([{ actor_id: tenants.clients.acme!.id, on_behalf_of: tenants.people.oneAdmin!.id }]);
  });

  it('is 400 for whoever is nobody of the account, and 403 on other principals', async () => {
    const stranger = await make('admin', 'other', 'account_admin');
    const ended = await make('acmeAdmin', 'acme', 'chat_user', 'acme.one');
    await call('acmeAdmin', 'DELETE', `/v1/users/${ended.id}`);
    const status = async (who: string, id: string): Promise<number> =>
      (await call(who, 'GET', '/v1/whoami', undefined, { 'x-user-id': id })).status;
    for (const id of ['x', '', `usr_${UNKNOWN}`, stranger.id, ended.id, tenants.clients.acme!.id]) {
      expect([id, await status('acme', id)]).toEqual([id, 400]);
    }
    const good = tenants.people.oneAdmin!.id;
    for (const who of ['platform', 'acme.one', 'admin', 'acmeAdmin', 'oneAdmin']) {
      expect([who, await status(who, good)]).toEqual([who, 403]);
    }
    expect(await status('acme', good)).toBe(200);
  });

  it('is 400 when it is sent twice, and no matter without a credential', async () => {
    const token = await tenants.tokenOf('acme');
    const { hostname, port } = new URL(tenants.service.base);
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const headers = ['authorization', `Bearer ${token}`, 'x-user-id', tenants.people.oneAdmin!.id];
      const all = [...headers, 'x-user-id', tenants.people.oneAdmin!.id];
      get({ hostname, port, path: '/v1/whoami', headers: all as never }, ({ statusCode }) => resolve(statusCode)).on(
        'error',
        reject,
      );
    });
    expect(status).toBe(400);
    expect((await call(null, 'GET', '/v1/whoami', undefined, { 'x-user-id': 'x' })).status).toBe(401);
  });
});
