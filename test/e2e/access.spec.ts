import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type INestApplicationContext } from '@nestjs/common';
import { whoamiResponse } from '../../src/access/dto/whoami.response.js';
import { clientResponse } from '../../src/clients/dto/client.response.js';
import { ClientsService } from '../../src/clients/clients.service.js';
import { type Standing, SYSTEM } from '../../src/common/access/principal.js';
import { jwksResponse } from '../../src/discovery/dto/jwks.response.js';
import { metadataResponse, openidMetadataResponse } from '../../src/discovery/dto/metadata.response.js';
import { readinessResponse } from '../../src/health/dto/health.response.js';
import { tokenResponse } from '../../src/oauth/dto/token.response.js';
import { workspaceResponse } from '../../src/workspaces/dto/workspace.response.js';
import { OwnerAccess } from '../../src/database/owner-access.js';
import { ResourceServerRepository } from '../../src/resource-servers/resource-server.repository.js';
import { AccountsService } from '../../src/workspaces/accounts.service.js';
import { WorkspacesService } from '../../src/workspaces/workspaces.service.js';
import { application } from '../support/application.js';
import { Service } from '../support/service.js';
import { type TestDatabase, testDatabase } from '../support/test-database.js';

const ISSUER = 'http://localhost:4001';

describe('who may call what', () => {
  let database: TestDatabase;
  let service: Service;
  let app: INestApplicationContext;
  let close: () => Promise<void>;
  const workspaces: Record<string, string> = {};
  const clients: Record<string, { id: string; secret: string }> = {};

  const call = async (who: string, path: string, parameters: Record<string, string> = {}): Promise<Response> => {
    const token = await service.accessToken(clients[who]!, parameters);
    return service.get(path, { authorization: `Bearer ${token}` });
  };
  const listOf = (workspace: string): string => `/v1/workspaces/${workspaces[workspace]!}/clients`;

  beforeAll(async () => {
    database = await testDatabase();
    service = await Service.start({ DATABASE_URL: database.url, ISSUER });
    ({ app, close } = await application(database.url, { ISSUER }));
    const management = (await app.get(OwnerAccess).repository(ResourceServerRepository).findManagement())!.id;
    const make = async (name: string, role: string, owner: Standing): Promise<void> => {
      const input = { name, role, owner, audiences: [management], defaultAudience: null };
      const { client, secret } = await app.get(ClientsService).create(SYSTEM, input);
      clients[name] = { id: client.id, secret };
    };
    await make('platform', 'platform_admin', { level: 'platform', accountId: null, workspaceId: null });
    for (const account of ['acme', 'other']) {
      const { object } = await app.get(AccountsService).create(SYSTEM, { name: account, plan: 'pro' });
      const accountId = object.id;
      await make(account, 'account_admin', { level: 'account', accountId, workspaceId: null });
      for (const slug of ['one', 'two']) {
        const { id } = (await app.get(WorkspacesService).create(SYSTEM, { accountId, name: slug, slug })).object;
        workspaces[`${account}.${slug}`] = id;
        await make(`${account}.${slug}`, 'chat_user', { level: 'workspace', accountId, workspaceId: id });
      }
    }
  }, 60_000);

  afterAll(async () => {
    await close();
    await service.stop();
    await database.drop();
  });

  it.each([
    ['acme.one', 'acme.one', 200],
    ['acme.one', 'acme.two', 404],
    ['acme.one', 'other.one', 404],
    ['acme', 'acme.one', 200],
    ['acme', 'acme.two', 200],
    ['acme', 'other.one', 404],
    ['platform', 'other.one', 200],
  ])('%s asking for the clients of %s is answered %i', async (who, workspace, status) => {
    const answer = await call(who, listOf(workspace));
    expect(answer.status).toBe(status);
    const body = await answer.text();
    if (status === 200)
      expect(JSON.parse(body)).toEqual([expect.objectContaining({ name: workspace, status: 'active' })]);
  });

  it("another tenant's workspace is the same 404 as none", async () => {
    const bodies = await Promise.all(
      [
        listOf('other.one'),
        '/v1/workspaces/ws_01ARZ3NDEKTSV4RRFFQ69G5FAV/clients',
        '/v1/workspaces/%27%20or%201=1/clients',
      ].map(async (path) => {
        const answer = await call('acme.one', path);
        const { requestId, ...body } = (await answer.json()) as { requestId: string };
        expect(requestId).toBe(answer.headers.get('x-request-id'));
        return JSON.stringify([answer.status, body]);
      }),
    );
    expect(new Set(bodies).size).toBe(1);
  });

  it('a workspace is shown to its own principals; one without a workspace is refused', async () => {
    const own = await call('acme.one', '/v1/workspace');
    expect(own.headers.get('etag')).toBe('"1"');
    expect(await own.json()).toMatchObject({ id: workspaces['acme.one'], slug: 'one' });
    const refused = await call('acme', '/v1/workspace');
    expect(refused.status).toBe(403);
    expect(await refused.json()).toMatchObject({
      statusCode: 403,
      error: 'Forbidden',
      code: 'FORBIDDEN',
      message: 'This credential does not have access to this resource',
    });
  });

  it('a token without the scope is refused by its name, and whoami asks none', async () => {
    const answer = await call('acme', listOf('acme.one'), { scope: 'write' });
    expect(answer.status).toBe(403);
    expect(answer.headers.get('www-authenticate')).toBe(`Bearer realm="${ISSUER}", error="insufficient_scope"`);
    expect(await answer.json()).toMatchObject({ message: 'Insufficient scope. Required: read' });
    expect((await call('acme', '/v1/whoami', { scope: 'write' })).status).toBe(200);
  });

  it('answers are what the OpenAPI document says, and no more', async () => {
    const body = async (path: string): Promise<unknown> => (await call('acme.one', path)).json();

    whoamiResponse.strict().parse(await body('/v1/whoami'));
    workspaceResponse.strict().parse(await body('/v1/workspace'));
    clientResponse
      .strict()
      .array()
      .length(1)
      .parse(await body(listOf('acme.one')));
    tokenResponse.strict().parse(await (await service.token(clients.acme!)).json());
    jwksResponse.parse(await body('/.well-known/jwks.json'));
    metadataResponse.strict().parse(await body('/.well-known/oauth-authorization-server'));
    openidMetadataResponse.strict().parse(await body('/.well-known/openid-configuration'));
    readinessResponse.strict().parse(await body('/health/ready'));
  });

  it('the first scope is judged before reach', async () => {
    expect((await call('acme', listOf('other.one'), { scope: 'write' })).status).toBe(403);
  });

  it('the challenge tells malformed from missing, and the body does not', async () => {
    const bare = await service.get('/v1/whoami');
    const malformed = await service.get('/v1/whoami', { authorization: 'Bearer  two' });
    const scheme = await service.get('/v1/whoami', { authorization: 'Basic YTpi' });
    const forged = await service.get('/v1/whoami', { authorization: 'Bearer a.b.c' });
    const realm = `Bearer realm="${ISSUER}"`;
    expect([bare, malformed, scheme, forged].map((answer) => answer.headers.get('www-authenticate'))).toEqual([
      realm,
      `${realm}, error="invalid_token"`,
      realm,
      `${realm}, error="invalid_token"`,
    ]);
    for (const answer of [bare, malformed, scheme, forged]) {
      expect(await answer.json()).toMatchObject({ statusCode: 401, message: 'Invalid or missing API key' });
    }
  });
});
