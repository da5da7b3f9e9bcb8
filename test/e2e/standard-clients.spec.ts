import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import * as oauth from 'oauth4webapi';
import * as openid from 'openid-client';
import { basic, Service } from '../support/service.js';
import { type TestDatabase, testDatabase } from '../support/test-database.js';

const AUDIENCE = 'https://api.example/';

describe('clients and resource servers that others wrote', () => {
  let database: TestDatabase;
  let service: Service;
  let api: Server;
  let client: { id: string; secret: string };

  beforeAll(async () => {
    database = await testDatabase();
    service = await Service.start({ DATABASE_URL: database.url, DEFAULT_AUDIENCE: AUDIENCE });
    client = service.quickstart;
    const keys = createRemoteJWKSet(new URL(`${service.base}/.well-known/jwks.json`));
    // A resource server as its author would write it: audience and scope are its business.
    api = createServer((request, response) => {
      const token = (request.headers.authorization ?? '').replace(/^Bearer /, '');
      jwtVerify(token, keys, { issuer: service.base, audience: AUDIENCE, typ: 'at+jwt' }).then(
        ({ payload }) => response.writeHead(String(payload.scope).split(' ').includes('write') ? 200 : 403).end(),
        () => response.writeHead(401).end(),
      );
    });
    await new Promise<void>((resolve) => api.listen(0, '127.0.0.1', resolve));
  }, 30_000);

  afterAll(async () => {
    api.close();
    await service.stop();
    await database.drop();
  });

  const call = async (parameters: Record<string, string>): Promise<number> => {
    const token = await service.accessToken(client, parameters);
    const { port } = api.address() as AddressInfo;
    return (await fetch(`http://127.0.0.1:${port}`, { headers: { authorization: `Bearer ${token}` } })).status;
  };

  it('a resource server takes the token, and refuses another audience and a missing scope', async () => {
    expect(await call({ audience: AUDIENCE })).toBe(200);
    expect(await call({ resource: AUDIENCE, scope: 'write' })).toBe(200);
    expect(await call({ audience: `${service.base}/v1` })).toBe(401);
    expect(await call({ audience: AUDIENCE, scope: 'read' })).toBe(403);
  });

  it.each([
    ['client_secret_basic', openid.ClientSecretBasic],
    ['client_secret_post', openid.ClientSecretPost],
  ])('openid-client discovers the server and gets a token by %s', async (_, method) => {
    const server = new URL(service.base);
    for (const algorithm of ['oauth2', 'oidc'] as const) {
      const execute = [openid.allowInsecureRequests];
      const config = await openid.discovery(server, client.id, client.secret, method(client.secret), {
        algorithm,
        execute,
      });
      const answer = await openid.clientCredentialsGrant(config, { audience: AUDIENCE, scope: 'read' });
      expect(answer).toMatchObject({ token_type: 'bearer', scope: 'read', expires_in: 86400 });
      expect(answer.refresh_token).toBeUndefined();
    }
  });

  it('oauth4webapi gets a token, validates it, and reads our errors', async () => {
    const issuer = new URL(service.base);
    const insecure = { [oauth.allowInsecureRequests]: true };
    const discovered = await oauth.discoveryRequest(issuer, { algorithm: 'oauth2', ...insecure });
    const server = await oauth.processDiscoveryResponse(issuer, discovered);
    const ask = (secret: string, parameters: Record<string, string>): Promise<oauth.TokenEndpointResponse> =>
      oauth
        .clientCredentialsGrantRequest(
          server,
          { client_id: client.id },
          oauth.ClientSecretBasic(secret),
          parameters,
          insecure,
        )
        .then((response) => oauth.processClientCredentialsResponse(server, { client_id: client.id }, response));
    const { access_token: token } = await ask(client.secret, { audience: AUDIENCE });
    const request = new Request(AUDIENCE, { headers: { authorization: `Bearer ${token}` } });
    const claims = await oauth.validateJwtAccessToken(server, request, AUDIENCE, insecure);
    expect(claims).toMatchObject({ client_id: client.id, sub: client.id });
    await expect(ask(client.secret, { scope: 'root', audience: AUDIENCE })).rejects.toMatchObject({
      error: 'invalid_scope',
    });
    await expect(ask(`${client.secret}x`, {})).rejects.toMatchObject({ status: 401 });
  });

  /** What no polite client sends. */
  const raw = (lines: string[], body = 'grant_type=client_credentials'): Promise<string> =>
    new Promise((resolve, reject) => {
      const { port } = new URL(service.base);
      let answer = '';
      const socket = connect(Number(port), '127.0.0.1', () => {
        const head = [
          'POST /oauth/token HTTP/1.1',
          'Host: x',
          'Connection: close',
          `Content-Length: ${body.length}`,
          ...lines,
        ];
        socket.write(`${head.join('\r\n')}\r\n\r\n${body}`);
      });
      socket.on('data', (data) => (answer += data.toString()));
      socket.on('end', () => resolve(answer));
      socket.on('error', reject);
    });
  const form = 'Content-Type: application/x-www-form-urlencoded';

  it('refuses two Authorization headers, and does not choose between them', async () => {
    const good = `Authorization: ${basic(client.id, client.secret)}`;
    expect(await raw([form, good])).toContain('HTTP/1.1 200');
    expect(await raw([form, good, 'Authorization: Basic YTpi'])).toMatch(/^HTTP\/1\.1 400 [\s\S]*"invalid_request"/);
    expect(await raw([form, good, good])).toContain('HTTP/1.1 400');
  });

  it('never looks at credentials in the query, nor at a query that contradicts the body', async () => {
    const query = `client_id=${client.id}&client_secret=${client.secret}&grant_type=client_credentials`;
    const body = new URLSearchParams({ grant_type: 'client_credentials' });
    expect((await fetch(`${service.base}/oauth/token?${query}`, { method: 'POST', body })).status).toBe(401);
    const headers = { authorization: basic(client.id, client.secret) };
    const answer = await fetch(`${service.base}/oauth/token?grant_type=password&scope=root`, {
      method: 'POST',
      body,
      headers,
    });
    expect(answer.status).toBe(200);
    expect(service.output).not.toContain(client.secret.slice(10, 30) + '&');
  });

  it('judges the client before the grant', async () => {
    const answer = await service.token({ ...client, secret: 'wrong' }, { grant_type: 'nonsense', scope: '"' });
    expect([answer.status, await answer.json()]).toEqual([401, expect.objectContaining({ error: 'invalid_client' })]);
  });

  it('answers many requests at once, each with a token of its own', async () => {
    const tokens = await Promise.all(
      Array.from({ length: 40 }, () => service.accessToken(client, { audience: AUDIENCE })),
    );
    expect(new Set(tokens).size).toBe(40);
  });
});
