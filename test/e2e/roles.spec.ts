import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { roleResponse } from '../../src/roles/dto/role.response.js';
import { type Answer } from '../support/call.js';
import { Tenants } from '../support/tenants.js';

const BUILT_IN = 7;
const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describe('roles', () => {
  let tenants: Tenants;
  let db: pg.Client;
  let names = 0;
  const call = (...args: Parameters<Tenants['call']>): Promise<Answer> => tenants.call(...args);
  const make = async (change: object = {}): Promise<Answer> => {
    const made = await call('platform', 'POST', '/v1/roles', { ...valid(), ...change });
    expect(made.status).toBe(201);
    return made;
  };
  const valid = (): { name: string; level: string; scopes: string[] } => ({
    name: `role_${++names}`,
    level: 'workspace',
    scopes: ['read'],
  });
  const pathsOf = (answer: Answer): string[] => answer.body.details.map(({ path }: { path: string }) => path);

  beforeAll(async () => {
    tenants = await Tenants.start();
    db = new pg.Client(tenants.database.url);
    await db.connect();
  }, 60_000);

  afterAll(async () => {
    await db.end();
    await tenants.stop();
  });

  it('the platform adds a role, at a place that answers it', async () => {
    const made = await make({ name: 'report_reader', scopes: ['read', 'write'] });
    expect(made.body).toEqual({
      id: 'report_reader',
      name: 'report_reader',
      level: 'workspace',
      assignableBy: 'workspace',
      scopes: ['read', 'write'],
      builtIn: false,
      createdAt: expect.stringMatching(/^\d{4}-.*Z$/),
      updatedAt: made.body.createdAt,
    });
    expect(made.headers.get('location')).toBe(`${tenants.service.base}/v1/roles/report_reader`);
    expect(made.headers.get('etag')).toBe('"1"');
    const read = await call('platform', 'GET', '/v1/roles/report_reader');
    expect([read.status, read.body, read.headers.get('etag')]).toEqual([200, made.body, '"1"']);
    roleResponse.strict().parse(read.body);
  });

  it('adds roles of the platform itself, and roles that the management API gives nothing', async () => {
    expect((await make({ level: 'platform', scopes: ['admin'] })).body.level).toBe('platform');
    expect((await make({ scopes: [] })).body.scopes).toEqual([]);
  });

  it.each([
    ['nobody', null, 401],
    ['an account’s client', 'acme', 403],
    ['a workspace’s client', 'acme.one', 403],
    ['a workspace’s reader', 'acme.one.reader', 403],
  ])('%s writes none', async (_, who, status) => {
    const { body: role } = await make();
    const answers = [
      await call(who, 'POST', '/v1/roles', valid()),
      await call(who, 'PATCH', `/v1/roles/${role.id}`, { scopes: ['admin'] }),
      await call(who, 'DELETE', `/v1/roles/${role.id}`),
    ];
    expect(answers.map((answer) => answer.status)).toEqual([status, status, status]);
    expect((await call('platform', 'GET', `/v1/roles/${role.id}`)).body).toEqual(role);
  });

  it('a platform token without admin writes none', async () => {
    const token = await tenants.service.accessToken(tenants.clients.platform!, { scope: 'read write' });
    const answer = await call(token, 'POST', '/v1/roles', valid());
    expect([answer.status, answer.body.message]).toEqual([403, 'Insufficient scope. Required: admin']);
    expect((await call(token, 'GET', '/v1/roles')).status).toBe(200);
  });

  it('every principal reads them, whatever its level and scopes, and nobody else', async () => {
    const all = (await call('platform', 'GET', '/v1/roles')).body;
    const writeOnly = await tenants.service.accessToken(tenants.clients['acme.one']!, { scope: 'write' });
    for (const who of ['acme', 'acme.one', 'acme.one.reader', 'other.two', writeOnly]) {
      expect((await call(who, 'GET', '/v1/roles')).body).toEqual(all);
      expect((await call(who, 'GET', '/v1/roles/chat_user')).body).toMatchObject({ builtIn: true, scopes: ['read'] });
    }
    expect((await call(null, 'GET', '/v1/roles')).status).toBe(401);
    expect((await call(null, 'GET', '/v1/roles/chat_user')).status).toBe(401);
  });

  it.each([
    [{}, ['name', 'level', 'scopes']],
    [{ name: '' }, ['name']],
    [{ name: 'Reader' }, ['name']],
    [{ name: '1st' }, ['name']],
    [{ name: 'a-b' }, ['name']],
    [{ name: 'a b' }, ['name']],
    [{ name: 'a\n' }, ['name']],
    [{ name: 'é' }, ['name']],
    [{ name: 'x'.repeat(64) }, ['name']],
    [{ name: 1 }, ['name']],
    [{ level: 'account' }, ['level']],
    [{ level: 'Platform' }, ['level']],
    [{ scopes: ['read', 'read'] }, ['scopes.1']],
    [{ scopes: ['delete'] }, ['scopes.0']],
    [{ scopes: 'read' }, ['scopes']],
    [{ scopes: null }, ['scopes']],
    [{ builtIn: true }, ['']],
    [{ id: 'x' }, ['']],
  ])('refuses %j, and says where', async (change, paths) => {
    const body = Object.keys(change).length === 0 ? {} : { ...valid(), ...change };
    const answer = await call('platform', 'POST', '/v1/roles', body);
    expect([answer.status, answer.body.code]).toEqual([400, 'BAD_REQUEST']);
    expect(pathsOf(answer)).toEqual(paths);
  });

  it('a name is taken once: of twenty at the same moment one is made', async () => {
    const body = valid();
    const answers = await Promise.all(Array.from({ length: 20 }, () => call('platform', 'POST', '/v1/roles', body)));
    const statuses = answers.map(({ status }) => status);
    expect([statuses.filter((s) => s === 201).length, statuses.filter((s) => s === 409).length]).toEqual([1, 19]);
    expect((await call('platform', 'POST', '/v1/roles', { ...valid(), name: 'chat_user' })).status).toBe(409);
  });

  it('a repeated request makes one role, and answers it as it was made', async () => {
    const body = valid();
    const ask = (sent: object): Promise<Answer> =>
      call('platform', 'POST', '/v1/roles', sent, { 'idempotency-key': 'role-1' });
    const first = await ask(body);
    await call('platform', 'PATCH', `/v1/roles/${body.name}`, { scopes: [] });
    const again = await ask(body);
    expect([first.status, again.status, again.body]).toEqual([201, 200, first.body]);
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    expect((await ask(valid())).status).toBe(409);
  });

  it('a change needs the version that it was meant for, if it names one, and replaces the list', async () => {
    const path = `/v1/roles/${(await make({ scopes: ['read', 'write'] })).body.id as string}`;
    const patch = (scopes: string[], ifMatch?: string): Promise<Answer> =>
      call('admin', 'PATCH', path, { scopes }, ifMatch === undefined ? {} : { 'if-match': ifMatch });
    const changed = await patch(['admin'], '"1"');
    expect([changed.status, changed.headers.get('etag'), changed.body.scopes]).toEqual([200, '"2"', ['admin']]);
    expect((await patch([], '"1"')).status).toBe(412);
    expect((await patch(['admin'])).headers.get('etag')).toBe('"2"');
    expect((await call('platform', 'PATCH', path, {})).headers.get('etag')).toBe('"2"');
    expect((await call('platform', 'DELETE', path, undefined, { 'if-match': '"1"' })).status).toBe(412);
    expect((await call('platform', 'DELETE', path, undefined, { 'if-match': '"2"' })).status).toBe(204);
  });

  it.each([
    { name: 'other' },
    { level: 'platform' },
    { builtIn: true },
    { scopes: ['read', 'read'] },
    { scopes: null },
  ])('nothing but the scopes changes: %j is 400', async (change) => {
    const { body: role } = await make();
    expect((await call('platform', 'PATCH', `/v1/roles/${role.id}`, change)).status).toBe(400);
    expect((await call('platform', 'GET', `/v1/roles/${role.id}`)).body).toEqual(role);
  });

  it('built-in roles are neither deleted nor changed', async () => {
    for (const name of ['platform_admin', 'account_admin', 'chat_user']) {
      const { body: role } = await call('platform', 'GET', `/v1/roles/${name}`);
      for (const change of [
        { scopes: [] },
        { scopes: ['read', 'write', 'admin'] },
        { name: 'x' },
        { level: 'account' },
      ]) {
        expect((await call('platform', 'PATCH', `/v1/roles/${name}`, change)).status).toBe(400);
      }
      const deleted = await call('platform', 'DELETE', `/v1/roles/${name}`);
      expect([deleted.status, deleted.body.message]).toEqual([400, 'A built-in role cannot be deleted']);
      expect((await call('platform', 'PATCH', `/v1/roles/${name}`, { scopes: role.scopes })).body).toEqual(role);
    }
  });

  it('a role that is not there is 404, and a deleted one stays so', async () => {
    const path = `/v1/roles/${(await make()).body.id as string}`;
    const deleted = await call('platform', 'DELETE', path);
    expect([deleted.status, deleted.body]).toEqual([204, undefined]);
    for (const method of ['GET', 'PATCH', 'DELETE']) {
      for (const gone of [path, '/v1/roles/Nobody', "/v1/roles/'%20or%201=1"]) {
        const answer = await call('platform', method, gone, method === 'PATCH' ? {} : undefined);
        expect([method, gone, answer.status]).toEqual([method, gone, 404]);
      }
    }
    const again = await call('platform', 'POST', '/v1/roles', { ...valid(), name: path.slice('/v1/roles/'.length) });
    expect(again.status).toBe(201);
  });

  it('a role in use is not deleted: of a client, or named by a resource server', async () => {
    const had = (await make()).body.id as string;
    await db.query('update clients set role = $1 where id = $2', [had, tenants.clients['other.one.writer']!.id]);
    const refused = await call('platform', 'DELETE', `/v1/roles/${had}`);
    expect([refused.status, refused.body.code]).toEqual([409, 'CONFLICT']);
    const named = (await make()).body.id as string;
    const server = { identifier: 'urn:roles', name: 'R', scopes: ['a'], roleScopes: { [named]: ['a'] } };
    const { body: made } = await call('platform', 'POST', '/v1/resource-servers', server);
    expect((await call('platform', 'DELETE', `/v1/roles/${named}`)).status).toBe(409);
    // An API that is gone keeps no role.
    expect((await call('platform', 'DELETE', `/v1/resource-servers/${made.id}`)).status).toBe(204);
    expect((await call('platform', 'DELETE', `/v1/roles/${named}`)).status).toBe(204);
  });

  it('the management API obeys a change of scopes at once, and no token gains from it', async () => {
    const role = (await make({ scopes: ['read', 'write'] })).body.id as string;
    const client = tenants.clients['acme.two.writer']!;
    await db.query('update clients set role = $1 where id = $2', [role, client.id]);
    const scopesNow = async (token: string): Promise<string[]> => (await call(token, 'GET', '/v1/whoami')).body.scopes;
    const until = async (token: string, wanted: string[]): Promise<void> => {
      const deadline = Date.now() + 5000;
      while (JSON.stringify(await scopesNow(token)) !== JSON.stringify(wanted) && Date.now() < deadline)
        await sleep(20);
      expect(await scopesNow(token)).toEqual(wanted);
    };
    const token = await tenants.service.accessToken(client);
    await until(token, ['read', 'write']);
    await call('platform', 'PATCH', `/v1/roles/${role}`, { scopes: ['write'] });
    await until(token, ['write']);
    expect((await call(token, 'GET', '/v1/workspace')).status).toBe(403);
    await call('admin', 'PATCH', `/v1/roles/${role}`, { scopes: ['admin'] });
    // It was no cut: the token lives, with what it was issued with and no more.
    await until(token, ['read', 'write']);
    expect((await call(token, 'PATCH', `/v1/workspaces/${tenants.workspaces['acme.two']!}`, {})).status).toBe(403);
    expect(await scopesNow(await tenants.service.accessToken(client))).toEqual(['read', 'write', 'admin']);
  });

  it('lists come in pages, newest first, and a role that goes meanwhile ends none', async () => {
    await make();
    const all: { id: string; createdAt: string }[] = (await call('platform', 'GET', '/v1/roles')).body;
    expect(all.filter(({ id }) => id === 'platform_admin')).toHaveLength(1);
    const sorted = [...all].sort((a, b) => (a.createdAt + a.id < b.createdAt + b.id ? 1 : -1));
    expect(all).toEqual(sorted);
    const seen: string[] = [];
    let url: string | undefined = '/v1/roles?limit=1';
    while (url !== undefined) {
      const page = await call('acme.one.reader', 'GET', url);
      seen.push(...page.body.map(({ id }: { id: string }) => id));
      // The first page's role goes before the second page is asked for.
      if (seen.length === 1) await call('platform', 'DELETE', `/v1/roles/${seen[0]!}`);
      url = /^<([^>]+)>; rel="next"$/.exec(page.headers.get('link') ?? '')?.[1]?.slice(tenants.service.base.length);
    }
    expect(seen).toEqual(all.map(({ id }) => id));
    expect(all.length).toBeGreaterThan(BUILT_IN);
    expect((await call('platform', 'GET', '/v1/roles?limit=0')).status).toBe(400);
    expect((await call('platform', 'GET', '/v1/roles?cursor=1_x.y')).status).toBe(400);
  });

  it('a cursor of the longest name works', async () => {
    await make({ name: 'z'.repeat(63) });
    const { headers } = await call('platform', 'GET', '/v1/roles?limit=1');
    const next = /<([^>]+)>/.exec(headers.get('link')!)![1]!.slice(tenants.service.base.length);
    expect((await call('platform', 'GET', next)).status).toBe(200);
  });

  it('each change is one row of the platform’s chain, and a refused one is none', async () => {
    const name = (await make({ scopes: ['read', 'write'] })).body.id as string;
    await call('platform', 'PATCH', `/v1/roles/${name}`, { scopes: ['write'] });
    await call('platform', 'PATCH', `/v1/roles/${name}`, { scopes: ['write'] });
    await call('acme', 'PATCH', `/v1/roles/${name}`, { scopes: ['admin'] });
    await call('platform', 'DELETE', `/v1/roles/${name}`);
    const { rows } = await db.query(
      `select action, actor_id, account_id, changes from audit_events
       where object_type = 'role' and object_id = $1 order by number`,
      [name],
    );
    const common = { actor_id: tenants.clients.platform!.id, account_id: null };
    expect(rows).toEqual([
      {
        ...common,
        action: 'role.created',
        changes: { level: 'workspace', scopes: ['read', 'write'], assignableBy: 'workspace' },
      },
      { ...common, action: 'role.updated', changes: { scopes: { from: ['read', 'write'], to: ['write'] } } },
      { ...common, action: 'role.deleted', changes: {} },
    ]);
  });
});
