import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { resourceServerResponse } from '../../src/resource-servers/dto/resource-server.response.js';
import { type Answer } from '../support/call.js';
import { Tenants } from '../support/tenants.js';

const UNKNOWN = '01ARZ3NDEKTSV4RRFFQ69G5FAV';
const PATH = '/v1/resource-servers';

describe('resource servers', () => {
  let tenants: Tenants;
  let db: pg.Client;
  let count = 0;
  const call = (...args: Parameters<Tenants['call']>): Promise<Answer> => tenants.call(...args);
  const valid = (): Record<string, unknown> => ({ identifier: `urn:api:${++count}`, name: 'API', scopes: ['a', 'b'] });
  const make = async (change: object = {}): Promise<Answer> => {
    const made = await call('platform', 'POST', PATH, { ...valid(), ...change });
    expect([made.status, made.body]).toEqual([201, expect.any(Object)]);
    return made;
  };
  const clientId = (name: string): string => tenants.clients[name]!.id;
  const audience = (server: string, client: string): Promise<unknown> =>
    db.query(
      `insert into client_audiences (client_id, resource_server_id, account_id, workspace_id, position)
       select id, $1, account_id, workspace_id, 9 from clients where id = $2`,
      [server, clientId(client)],
    );

  beforeAll(async () => {
    tenants = await Tenants.start();
    db = new pg.Client(tenants.database.url);
    await db.connect();
  }, 60_000);

  afterAll(async () => {
    await db.end();
    await tenants.stop();
  });

  it('the platform registers an API, at a place that answers it', async () => {
    const made = await call('platform', 'POST', PATH, {
      identifier: 'https://invoices.example/',
      name: ' Invoices ',
      scopes: ['invoices:read', 'invoices:write'],
      roleScopes: { content_manager: ['invoices:write', 'invoices:read'], chat_user: [] },
      tokenTtlSeconds: 600,
      signingAlg: 'RS256',
      tokenFormat: 'jwt',
      tokenTyp: 'JWT',
      clientIds: [clientId('acme')],
    });
    expect(made.status).toBe(201);
    expect(made.body).toEqual({
      id: expect.stringMatching(/^rs_[0-9A-Z]{26}$/),
      identifier: 'https://invoices.example/',
      name: 'Invoices',
      scopes: ['invoices:read', 'invoices:write'],
      roleScopes: { content_manager: ['invoices:write', 'invoices:read'], chat_user: [] },
      tokenTtlSeconds: 600,
      signingAlg: 'RS256',
      signingAlgFrom: null,
      tokenFormat: 'jwt',
      tokenTyp: 'JWT',
      clientIds: [clientId('acme')],
      createdAt: expect.stringMatching(/^\d{4}-.*Z$/),
      updatedAt: made.body.createdAt,
    });
    expect(made.headers.get('location')).toBe(`${tenants.service.base}${PATH}/${made.body.id}`);
    expect(made.headers.get('etag')).toBe('"1"');
    const read = await call('platform', 'GET', `${PATH}/${made.body.id}`);
    expect([read.status, read.body, read.headers.get('etag')]).toEqual([200, made.body, '"1"']);
    resourceServerResponse.strict().parse(read.body);
  });

  it.each([
    ['nobody', null, 401],
    ['an account’s client', 'acme', 403],
    ['a workspace’s client', 'acme.one', 403],
    ['a workspace’s reader', 'acme.one.reader', 403],
  ])('%s writes none', async (_, who, status) => {
    const { body: server } = await make();
    const answers = [
      await call(who, 'POST', PATH, valid()),
      await call(who, 'PATCH', `${PATH}/${server.id}`, { name: 'Mine' }),
      await call(who, 'DELETE', `${PATH}/${server.id}`),
    ];
    expect(answers.map((answer) => answer.status)).toEqual([status, status, status]);
    expect((await call('platform', 'GET', `${PATH}/${server.id}`)).body).toEqual(server);
  });

  it('every principal reads them, and of the clients sees those that it reaches', async () => {
    const named = ['acme', 'acme.one', 'acme.two', 'other', 'platform'];
    const { body: server } = await make({ clientIds: named.map(clientId) });
    const seen = async (who: string): Promise<string[]> => {
      const one = (await call(who, 'GET', `${PATH}/${server.id}`)).body;
      const [first] = (await call(who, 'GET', `${PATH}?limit=1`)).body;
      expect(first).toEqual(one);
      expect({ ...one, clientIds: [] }).toEqual({ ...server, clientIds: [] });
      return one.clientIds;
    };
    const sorted = (...names: string[]): string[] => names.map(clientId).sort();
    expect(await seen('platform')).toEqual(sorted(...named));
    expect(await seen('acme')).toEqual(sorted('acme', 'acme.one', 'acme.two'));
    expect(await seen('acme.one.reader')).toEqual(sorted('acme.one'));
    expect(await seen('other.two')).toEqual([]);
    expect((await call(null, 'GET', PATH)).status).toBe(401);
    expect((await call(null, 'GET', `${PATH}/${server.id}`)).status).toBe(401);
  });

  it('an identifier is taken once, byte for byte: of twenty at the same moment one is made', async () => {
    const body = { ...valid(), identifier: 'https://race.example' };
    const answers = await Promise.all(Array.from({ length: 20 }, () => call('platform', 'POST', PATH, body)));
    const statuses = answers.map(({ status }) => status);
    expect([statuses.filter((s) => s === 201).length, statuses.filter((s) => s === 409).length]).toEqual([1, 19]);
    await make({ identifier: 'https://race.example/' });
    await make({ identifier: 'https://RACE.example' });
    const management = `${tenants.service.base}/v1`;
    expect((await call('platform', 'POST', PATH, { ...valid(), identifier: management })).status).toBe(409);
  });

  it('a repeated request makes one resource server, and answers it as it was made', async () => {
    const body = valid();
    const ask = (sent: object): Promise<Answer> => call('platform', 'POST', PATH, sent, { 'idempotency-key': 'rs-1' });
    const first = await ask(body);
    await call('platform', 'PATCH', `${PATH}/${first.body.id}`, { name: 'Renamed' });
    const again = await ask(body);
    expect([first.status, again.status, again.body]).toEqual([201, 200, first.body]);
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    expect((await ask(valid())).status).toBe(409);
  });

  it('a change needs the version that it was meant for, and replaces lists and maps whole', async () => {
    const { body: made } = await make({ roleScopes: { chat_user: ['a'], content_manager: ['b'] } });
    const patch = (body: object, ifMatch?: string): Promise<Answer> =>
      call('platform', 'PATCH', `${PATH}/${made.id}`, body, ifMatch === undefined ? {} : { 'if-match': ifMatch });
    const changed = await patch({ roleScopes: { billing_admin: ['b', 'a'] }, clientIds: [clientId('acme')] }, '"1"');
    expect([changed.status, changed.headers.get('etag')]).toEqual([200, '"2"']);
    expect(changed.body).toEqual({
      ...made,
      roleScopes: { billing_admin: ['b', 'a'] },
      clientIds: [clientId('acme')],
      updatedAt: changed.body.updatedAt,
    });
    expect((await call('platform', 'GET', `${PATH}/${made.id}`)).body).toEqual(changed.body);
    expect((await patch({ name: 'x' }, '"1"')).status).toBe(412);
    expect((await call('platform', 'DELETE', `${PATH}/${made.id}`, undefined, { 'if-match': '"1"' })).status).toBe(412);
    // Nothing differs, so there is no new version.
    expect(
      (await patch(Object.fromEntries(['name', 'scopes', 'roleScopes'].map((f) => [f, changed.body[f]])))).headers.get(
        'etag',
      ),
    ).toBe('"2"');
    const emptied = await patch({ scopes: [], roleScopes: {}, clientIds: [], tokenTtlSeconds: 5 });
    expect(emptied.body).toMatchObject({ scopes: [], roleScopes: {}, clientIds: [], tokenTtlSeconds: 5, name: 'API' });
    expect((await patch({ tokenTtlSeconds: null })).body.tokenTtlSeconds).toBeNull();
  });

  it('the same map in another order is no change', async () => {
    const clientIds = [clientId('acme'), clientId('other')];
    const { body: made } = await make({ roleScopes: { content_manager: ['b'], chat_user: ['a'] }, clientIds });
    const roleScopes = { chat_user: ['a'], content_manager: ['b'] };
    for (const same of [{ roleScopes }, { roleScopes: made.roleScopes }, { clientIds: clientIds.reverse() }]) {
      const answer = await call('platform', 'PATCH', `${PATH}/${made.id}`, same);
      expect([answer.headers.get('etag'), answer.body]).toEqual(['"1"', made]);
    }
  });

  it('the management API keeps its name and what it is; its ttl changes', async () => {
    const all = (await call('platform', 'GET', `${PATH}?limit=1000`)).body as { id: string; identifier: string }[];
    const { id } = all.find(({ identifier }) => identifier === `${tenants.service.base}/v1`)!;
    const patch = (body: object): Promise<Answer> => call('platform', 'PATCH', `${PATH}/${id}`, body);
    for (const change of [
      { name: 'Mine' },
      { scopes: ['read'] },
      { roleScopes: { chat_user: ['admin'] } },
      { tokenTyp: 'JWT' },
      { tokenFormat: 'opaque' },
      { identifier: 'urn:x' },
      { name: 'Mine', tokenTtlSeconds: 60 },
    ]) {
      expect([change, (await patch(change)).status]).toEqual([change, 400]);
    }
    expect((await patch({ name: 'Management API', tokenTyp: 'at+jwt', tokenFormat: 'jwt' })).status).toBe(200);
    expect((await patch({ tokenTtlSeconds: 60 })).body).toMatchObject({ tokenTtlSeconds: 60, name: 'Management API' });
    expect((await patch({ tokenTtlSeconds: null })).body.tokenTtlSeconds).toBeNull();
    const deleted = await call('platform', 'DELETE', `${PATH}/${id}`);
    expect([deleted.status, deleted.body.message]).toEqual([400, 'The management API cannot be deleted']);
  });

  it('one that is not there is 404, and a deleted one stays so; its identifier is free again', async () => {
    const { body: made } = await make();
    const deleted = await call('platform', 'DELETE', `${PATH}/${made.id}`);
    expect([deleted.status, deleted.body]).toEqual([204, undefined]);
    for (const method of ['GET', 'PATCH', 'DELETE']) {
      for (const id of [made.id as string, `rs_${UNKNOWN}`, "'%20or%201=1"]) {
        const answer = await call('platform', method, `${PATH}/${id}`, method === 'PATCH' ? {} : undefined);
        expect([method, id, answer.status]).toEqual([method, id, 404]);
      }
    }
    const ids = (await call('platform', 'GET', `${PATH}?limit=1000`)).body.map(({ id }: { id: string }) => id);
    expect(ids).not.toContain(made.id);
    await make({ identifier: made.identifier });
  });

  it('one that a client uses is not deleted, and a client that has ended uses none', async () => {
    const { body: made } = await make();
    await audience(made.id, 'other.one.reader');
    const refused = await call('platform', 'DELETE', `${PATH}/${made.id}`);
    expect([refused.status, refused.body.message]).toEqual([409, 'A client has it among its audiences']);
    await db.query('update clients set ended_at = now() where id = $1', [clientId('other.one.reader')]);
    expect((await call('platform', 'DELETE', `${PATH}/${made.id}`)).status).toBe(204);

    const { body: another } = await make();
    await audience(another.id, 'other.two.reader');
    expect((await call('platform', 'DELETE', `${PATH}/${another.id}`)).status).toBe(409);
    await call('platform', 'DELETE', `/v1/workspaces/${tenants.workspaces['other.two']!}`);
    expect((await call('platform', 'DELETE', `${PATH}/${another.id}`)).status).toBe(204);
  });

  it('no client begins to use one that has ended, nor one that ends at the same moment', async () => {
    const { body: gone } = await make();
    await call('platform', 'DELETE', `${PATH}/${gone.id}`);
    await expect(audience(gone.id, 'acme')).rejects.toMatchObject({ code: '23503' });

    const { body: raced } = await make();
    await db.query('begin');
    await audience(raced.id, 'acme');
    const deleting = call('platform', 'DELETE', `${PATH}/${raced.id}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
    await db.query('commit');
    expect((await deleting).status).toBe(409);

    // The other way round: who ends it was first.
    const { body: lost } = await make();
    const other = new pg.Client(tenants.database.url);
    await other.connect();
    await other.query('begin');
    await other.query('select from resource_servers where id = $1 for update', [lost.id]);
    const beginning = audience(lost.id, 'acme').catch((error: unknown) => error);
    await new Promise((resolve) => setTimeout(resolve, 100));
    await other.query('update resource_servers set ended_at = now() where id = $1', [lost.id]);
    await other.query('commit');
    await other.end();
    expect(await beginning).toMatchObject({ code: '23503' });
  });

  it('lists come in pages, newest first', async () => {
    const all = (await call('acme', 'GET', `${PATH}?limit=1000`)).body.map(({ id }: { id: string }) => id);
    expect(all).toEqual([...all].sort().reverse());
    const seen: string[] = [];
    let url: string | undefined = `${PATH}?limit=7`;
    while (url !== undefined) {
      const page = await call('acme', 'GET', url);
      seen.push(...page.body.map(({ id }: { id: string }) => id));
      url = /^<([^>]+)>; rel="next"$/.exec(page.headers.get('link') ?? '')?.[1]?.slice(tenants.service.base.length);
    }
    expect(seen).toEqual(all);
    expect(all.length).toBeGreaterThan(7);
  });

  it('each change is one row of the platform’s chain, and a refused one is none', async () => {
    const { body: made } = await make({ roleScopes: { chat_user: ['a'] } });
    const path = `${PATH}/${made.id}`;
    await call('platform', 'PATCH', path, { roleScopes: {}, clientIds: [clientId('acme')], name: 'B' });
    await call('platform', 'PATCH', path, { name: 'B' });
    await call('platform', 'PATCH', path, { scopes: ['"'] });
    await call('acme', 'PATCH', path, { name: 'C' });
    await call('platform', 'DELETE', path);
    const { rows } = await db.query(
      'select action, actor_id, account_id, changes from audit_events where object_id = $1 order by number',
      [made.id],
    );
    const common = { actor_id: clientId('platform'), account_id: null };
    expect(rows).toEqual([
      {
        ...common,
        action: 'resource_server.created',
        changes: expect.objectContaining({ identifier: made.identifier }),
      },
      {
        ...common,
        action: 'resource_server.updated',
        changes: {
          roleScopes: { from: { chat_user: ['a'] }, to: {} },
          clientIds: { from: [], to: [clientId('acme')] },
          name: { from: 'API', to: 'B' },
        },
      },
      { ...common, action: 'resource_server.deleted', changes: {} },
    ]);
  });
});
