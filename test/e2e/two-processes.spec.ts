import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type INestApplicationContext } from '@nestjs/common';
import pg from 'pg';
import { ClientRotationService } from '../../src/clients/client-rotation.service.js';
import { ClientsService } from '../../src/clients/clients.service.js';
import { SYSTEM } from '../../src/common/access/principal.js';
import { ResourceServersService } from '../../src/resource-servers/resource-servers.service.js';
import { AccountsService } from '../../src/workspaces/accounts.service.js';
import { WorkspacesService } from '../../src/workspaces/workspaces.service.js';
import { application } from '../support/application.js';
import { Service } from '../support/service.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import { type TestDatabase, testDatabase } from '../support/test-database.js';

const ISSUER = 'http://localhost:4000';
const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describe('two processes', () => {
  let database: TestDatabase;
  let admin: pg.Client;
  let proxy: TcpProxy;
  let near: Service;
  let far: Service;
  let app: INestApplicationContext;
  let close: () => Promise<void>;
  let workspace: { id: string; accountId: string };
  let management: string;

  const makeClient = async (): Promise<{ id: string; secret: string }> => {
    const { client, secret } = await app.get(ClientsService).create(SYSTEM, {
      name: 'job',
      role: 'content_manager',
      owner: { level: 'workspace', accountId: workspace.accountId, workspaceId: workspace.id },
      audiences: [management],
      defaultAudience: null,
    });
    return { id: client.id, secret };
  };
  const whoami = async (service: Service, token: string): Promise<number> =>
    (await service.get('/v1/whoami', { authorization: `Bearer ${token}` })).status;

  beforeAll(async () => {
    database = await testDatabase();
    proxy = await TcpProxy.to(Number(new URL(database.url).port));
    // Both start on an empty database at the same moment; the near one reaches it through the proxy.
    [near, far] = await Promise.all([
      Service.start({ ISSUER, DATABASE_URL: database.url, DATABASE_LISTEN_URL: proxy.through(database.url) }),
      Service.start({ ISSUER, DATABASE_URL: database.url }),
    ]);
    admin = new pg.Client(database.url);
    await admin.connect();
    ({ app, close } = await application(database.url, { ISSUER }));
    const account = (await app.get(AccountsService).create(SYSTEM, { name: 'Acme', plan: 'pro' })).object;
    const made = await app.get(WorkspacesService).create(SYSTEM, { accountId: account.id, name: 'W', slug: 'w' });
    workspace = made.object;
    const { rows } = await admin.query<{ id: string }>('select id from resource_servers where management');
    management = rows[0]!.id;
  }, 60_000);

  afterAll(async () => {
    await close();
    await Promise.all([near.stop(), far.stop()]);
    proxy.close();
    await admin.end();
    await database.drop();
  });

  it('that start on an empty database make one of each, and one shows a client', async () => {
    const { rows } = await admin.query(
      `select (select count(*)::int from roles) as roles, (select count(*)::int from sealed_secrets) as secrets,
        (select count(*)::int from resource_servers) as servers,
        (select json_object_agg(state, n) from (select state, count(*)::int as n from signing_keys group by state) s) as keys,
        (select count(*)::int from clients where name = 'Quickstart') as clients`,
    );
    expect(rows).toEqual([{ roles: 7, secrets: 3, servers: 1, keys: { active: 1, published: 1 }, clients: 1 }]);
    expect([near.quickstart.id, far.quickstart.id].filter((id) => id !== '')).toHaveLength(1);
  });

  it('know a client, and another secret of it, in the moment in which it was made elsewhere', async () => {
    for (let i = 0; i < 10; i++) {
      const client = await makeClient();
      const statuses = await Promise.all([near.token(client), far.token(client)]);
      expect(statuses.map(({ status }) => status)).toEqual([200, 200]);
      const { secret } = await app.get(ClientRotationService).rotate(SYSTEM, client.id, { overlapSeconds: 60 });
      const rotated = { id: client.id, secret: secret! };
      expect([(await near.token(rotated)).status, (await far.token(rotated)).status]).toEqual([200, 200]);
    }
  });

  it('accept a token that the other minted, and refuse it within a second of a deactivation', async () => {
    const client = await makeClient();
    const token = await near.accessToken(client);
    expect([await near.get('/health/ready'), await whoami(far, token)]).toEqual([expect.anything(), 200]);
    await app.get(ClientsService).deactivate(SYSTEM, client.id);
    await sleep(1000);
    expect([await whoami(near, token), await whoami(far, token)]).toEqual([401, 401]);
    expect((await near.token(client)).status).toBe(401);
  });

  it('call a token dead that was minted by one which had not heard of the cut', async () => {
    const client = await makeClient();
    // Its making has been told by now; from here on it is known.
    await sleep(400);
    expect((await near.token(client)).status).toBe(200);
    proxy.hold();
    await app.get(ClientsService).deactivate(SYSTEM, client.id);
    // Within the second in which its memory still accepts, the near one mints in good faith.
    const answer = await near.token(client);
    expect(answer.status).toBe(200);
    const { access_token: token } = (await answer.json()) as { access_token: string };
    expect(await whoami(far, token)).toBe(401);
    proxy.release();
    await sleep(300);
    expect(await whoami(near, token)).toBe(401);
  });

  it('refuse with one body a client that is suspended, ended or unknown, by every way to authenticate', async () => {
    const client = await makeClient();
    await admin.query(`update accounts set status = 'suspended' where id = $1`, [workspace.accountId]);
    const bodies = new Set<string>();
    for (const answer of [
      await far.token(client),
      await far.token(null, { client_id: client.id, client_secret: client.secret }),
      await far.token({ id: `cli_${'0'.repeat(26)}`, secret: client.secret }),
    ]) {
      expect(answer.status).toBe(401);
      bodies.add(await answer.text());
    }
    expect(bodies.size).toBe(1);
    await admin.query(`update accounts set status = 'active' where id = $1`, [workspace.accountId]);
    expect((await far.token(client)).status).toBe(200);
    await admin.query(`update workspaces set ended_at = now() where id = $1`, [workspace.id]);
    expect((await near.token(client)).status).toBe(401);
    await admin.query(`update workspaces set ended_at = null where id = $1`, [workspace.id]);
  });

  it('sign for a new audience in its own algorithm, two seconds after its key was made', async () => {
    const identifier = 'urn:example:es256';
    const server = await app.get(ResourceServersService).create(SYSTEM, {
      identifier,
      name: 'ES256',
      scopes: ['read'],
      roleScopes: new Map([['content_manager', ['read']]]),
      signingAlg: 'ES256',
      tokenTtlSeconds: 60,
      tokenTyp: 'JWT',
    });
    management = server.id;
    const client = await makeClient();
    const early = await far.token(client);
    expect([early.status, early.headers.get('retry-after')]).toEqual([503, expect.stringMatching(/^[12]$/)]);
    await sleep(2100);
    const token = await near.accessToken(client);
    const [header, payload] = token.split('.').map((part) => Buffer.from(part, 'base64url').toString());
    expect(JSON.parse(header!)).toMatchObject({ alg: 'ES256', typ: 'JWT' });
    const claims = JSON.parse(payload!) as { aud: string; iat: number; exp: number };
    expect([claims.aud, claims.exp - claims.iat]).toEqual([identifier, 60]);
    expect(await whoami(near, token)).toBe(401);
  });
});
