import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { basic, Service } from '../support/service.js';
import { type TestDatabase, testDatabase } from '../support/test-database.js';

describe('the built service', () => {
  let database: TestDatabase;
  let service: Service;
  let base: string;
  let id: string;
  let secret: string;

  const post = (body: string, headers: Record<string, string> = {}): Promise<Response> =>
    fetch(`${base}/oauth/token`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
      body,
    });
  const token = (): Promise<string> => service.accessToken({ id, secret });
  const get = (path: string, headers: Record<string, string> = {}): Promise<Response> => service.get(path, headers);

  beforeAll(async () => {
    database = await testDatabase();
    service = await Service.start({ DATABASE_URL: database.url });
    ({
      base,
      quickstart: { id, secret },
    } = service);
  }, 30_000);

  afterAll(async () => {
    expect(await service.stop()).toBe(0);
    await database.drop();
  });

  it('gives the printed client a token that verifies through the published keys', async () => {
    const answer = await post('grant_type=client_credentials', { authorization: basic(id, secret) });
    expect(answer.status).toBe(200);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    const body = (await answer.json()) as { access_token: string; expires_in: number; scope: string };
    expect(body).toEqual({
      access_token: expect.any(String),
      token_type: 'Bearer',
      expires_in: 86400,
      scope: 'read write admin',
    });
    const keys = createRemoteJWKSet(new URL(`${base}/.well-known/jwks.json`));
    const { payload } = await jwtVerify(body.access_token, keys, {
      issuer: base,
      audience: `${base}/v1`,
      typ: 'at+jwt',
    });
    expect(payload).toMatchObject({ sub: id, client_id: id, roles: ['workspace_admin'], rev: expect.any(Number) });
  });

  it('takes the credentials in a form and in JSON alike', async () => {
    const form = await post(`grant_type=client_credentials&client_id=${id}&client_secret=${secret}`);
    const json = await post(
      JSON.stringify({ grant_type: 'client_credentials', client_id: id, client_secret: secret }),
      {
        'content-type': 'application/json',
      },
    );
    expect([form.status, json.status]).toEqual([200, 200]);
  });

  it.each([
    ['grant_type missing', 'scope=read', 400, 'invalid_request'],
    ['grant_type repeated', 'grant_type=client_credentials&grant_type=client_credentials', 400, 'invalid_request'],
    ['another grant', 'grant_type=password', 400, 'unsupported_grant_type'],
    ['a scope beyond the role', 'grant_type=client_credentials&scope=root', 400, 'invalid_scope'],
    ['a malformed scope', 'grant_type=client_credentials&scope=%22', 400, 'invalid_scope'],
    ['an unknown audience', 'grant_type=client_credentials&audience=nope', 400, 'invalid_target'],
    ['two resources', 'grant_type=client_credentials&resource=urn:a&resource=urn:b', 400, 'invalid_target'],
    ['a secret in the body too', 'grant_type=client_credentials&client_secret=x', 400, 'invalid_request'],
    ['another client in the body', 'grant_type=client_credentials&client_id=other', 400, 'invalid_request'],
  ])('refuses %s', async (_, body, status, error) => {
    const answer = await post(body, { authorization: basic(id, secret) });
    expect(answer.status).toBe(status);
    expect(await answer.json()).toMatchObject({ error });
  });

  it.each([
    ['no credentials', undefined],
    ['a wrong secret', 'wrong'],
    ['an empty secret', ''],
  ])('answers %s with one and the same 401', async (_, password) => {
    const headers: Record<string, string> = password === undefined ? {} : { authorization: basic(id, password) };
    const answer = await post('grant_type=client_credentials', headers);
    expect(answer.status).toBe(401);
    expect(answer.headers.get('www-authenticate')).toBe(`Basic realm="${base}"`);
    expect(await answer.json()).toEqual({ error: 'invalid_client', error_description: 'Client authentication failed' });
  });

  it('refuses repeated names in JSON, which JSON.parse would hide', async () => {
    const answer = await post(`{"grant_type":"password","grant_type":"client_credentials"}`, {
      'content-type': 'application/json',
      authorization: basic(id, secret),
    });
    expect(answer.status).toBe(400);
  });

  it('tells the principal who it is, and nobody else anything', async () => {
    const authorization = `Bearer ${await token()}`;
    const who = await get('/v1/whoami', { authorization });
    expect(await who.json()).toMatchObject({
      type: 'client',
      id,
      level: 'workspace',
      scopes: ['read', 'write', 'admin'],
    });
    expect((await get('/v1/whoami')).status).toBe(401);
    expect((await get('/v1/whoami', { authorization: 'Bearer' })).status).toBe(401);
    expect((await get('/v1/whoami', { authorization, 'x-api-key': 'k' })).status).toBe(400);
    expect((await get('/v1/whoami?access_token=x', { authorization })).status).toBe(400);
    expect((await get('/v1/whoami', { authorization: `${authorization}x` })).status).toBe(401);
  });

  it('shows a workspace its clients, and hides every other workspace', async () => {
    const authorization = `Bearer ${await token()}`;
    const workspace = (await (await get('/v1/workspace', { authorization })).json()) as { id: string };
    const clients = await get(`/v1/workspaces/${workspace.id}/clients`, { authorization });
    const listed = (await clients.json()) as object[];
    expect(listed).toEqual([expect.objectContaining({ id, secretLast4: secret.slice(-4) })]);
    expect(JSON.stringify(listed)).not.toContain(secret);
    expect((await get('/v1/workspaces/ws_01ARZ3NDEKTSV4RRFFQ69G5FAV/clients', { authorization })).status).toBe(404);
    expect((await get(`/v1/workspaces/${workspace.id}/clients?limit=0`, { authorization })).status).toBe(400);
  });

  it('answers 304 to a verifier that has the key set, and 405 to other methods', async () => {
    const first = await get('/.well-known/jwks.json');
    expect(first.headers.get('cache-control')).toBe('public, max-age=300');
    const again = await get('/.well-known/jwks.json', { 'if-none-match': first.headers.get('etag') ?? '' });
    expect(again.status).toBe(304);
    expect((await get('/oauth/token')).status).toBe(405);
  });

  it('advertises what it does', async () => {
    const metadata = await (await get('/.well-known/oauth-authorization-server')).json();
    expect(metadata).toEqual({
      issuer: base,
      token_endpoint: `${base}/oauth/token`,
      jwks_uri: `${base}/.well-known/jwks.json`,
      grant_types_supported: ['client_credentials'],
      token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post'],
    });
  });

  it('is ready', async () => {
    expect(await (await get('/health/ready')).json()).toMatchObject({ status: 'ready' });
  });
});
