import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Edge, rawRequest, type RawAnswer, SECRET, sendRaw, startEdge } from '../support/edge.js';

const parsed = (answer: RawAnswer): unknown => JSON.parse(answer.body);
const post = (path: string, type: string, body: string | Buffer, ...headers: string[]): Buffer =>
  rawRequest(`POST ${path}`, [`Content-Type: ${type}`, ...headers], body);

describe('the HTTP edge', () => {
  let edge: Edge;
  const send = (request: string | Buffer): Promise<RawAnswer> => sendRaw(edge.port, request);

  beforeAll(async () => {
    edge = await startEdge();
  });
  afterAll(() => edge.close());

  describe('on every answer', () => {
    const requests: [string, Buffer][] = [
      ['a success', rawRequest('GET /things')],
      ['a HEAD', rawRequest('HEAD /things')],
      ['an OAuth success', post('/oauth/token', 'application/x-www-form-urlencoded', 'a=b')],
      ['an unknown path', rawRequest('GET /nothing')],
      ['a wrong method', rawRequest('DELETE /things')],
      ['a bad body', post('/things', 'application/json', '{')],
      ['a bad type', post('/things', 'text/plain', 'x')],
      ['a bad URL', rawRequest('GET /things/%zz')],
      ['an over-long path segment', rawRequest(`GET /things/fail/${'x'.repeat(300)}`)],
      ['asterisk-form', rawRequest('OPTIONS *')],
      ['a failure', rawRequest('GET /things/fail/unexpected')],
      ['an OAuth failure', post('/oauth/token', 'application/x-www-form-urlencoded', 'fail=unexpected')],
    ];

    it.each(requests)('%s has the fixed headers, an id, and no name of a framework', async (_name, request) => {
      const { headers } = await send(request);

      expect(headers).toMatchObject({
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
        'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
        'cache-control': 'no-store',
        'content-type': 'application/json; charset=utf-8',
      });
      expect(headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
      expect(Object.keys(headers)).not.toContain('strict-transport-security');
      expect(Object.keys(headers)).not.toContain('x-powered-by');
      expect(Object.keys(headers)).not.toContain('server');
    });

    it('a document that may be cached says so itself, once', async () => {
      const { headers } = await send(rawRequest('GET /.well-known/oauth-authorization-server'));

      expect(headers['cache-control']).toBe('public, max-age=300');
    });

    it('an answer to HEAD has no body, whether it succeeds or fails', async () => {
      for (const path of ['/things', '/nothing', '/oauth/token', '/things/fail/unexpected']) {
        expect((await send(rawRequest(`HEAD ${path}`))).body).toBe('');
      }
    });
  });

  describe('request ids', () => {
    it.each(['a', 'A-z_0.9', 'x'.repeat(64)])('%s is taken over', async (id) => {
      const { headers, body } = await send(rawRequest('GET /nothing', [`X-Request-Id: ${id}`]));

      expect(headers['x-request-id']).toBe(id);
      expect(JSON.parse(body)).toMatchObject({ requestId: id });
      expect(edge.log()).toContain(`"requestId":"${id}"`);
    });

    it.each(['', 'a b', 'x'.repeat(65), 'a/b', 'a%0d%0aSet-Cookie:x', 'ü', '{"a":1}'])('%s is replaced', async (id) => {
      const { headers } = await send(rawRequest('GET /things', [`X-Request-Id: ${id}`]));

      expect(headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
    });

    it('two of them are replaced', async () => {
      const { headers } = await send(rawRequest('GET /things', ['X-Request-Id: a', 'X-Request-Id: b']));

      expect(headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
    });

    it('a bare CR or LF in one adds no header', async () => {
      for (const breakage of ['\n', '\r']) {
        const { headers } = await send(rawRequest('GET /things', [`X-Request-Id: a${breakage}Set-Cookie: b`]));
        expect(headers['set-cookie']).toBeUndefined();
        expect(headers['x-request-id'] ?? '').not.toContain('Cookie');
      }
    });
  });

  describe('paths and methods', () => {
    it.each([
      '/nothing',
      '/Things',
      '/things/',
      '//things',
      '/./things',
      '/things/../things',
      '/things;a',
      '/OAUTH/token',
    ])('GET %s is 404 with the body of §7', async (path) => {
      const answer = await send(rawRequest(`GET ${path}`));

      expect(answer.status).toBe(404);
      expect(parsed(answer)).toEqual({
        statusCode: 404,
        error: 'Not Found',
        code: 'NOT_FOUND',
        message: 'Not found',
        requestId: answer.headers['x-request-id'],
      });
    });

    it.each(['/oauth/nothing', '/oauth/token/', '/oauth//token', '/oauth/Token'])(
      'POST %s is 404 in the words of OAuth',
      async (path) => {
        const answer = await send(post(path, 'text/plain', 'x'));

        expect(answer.status).toBe(404);
        expect(parsed(answer)).toEqual({ error: 'invalid_request', error_description: 'Not found' });
      },
    );

    it.each(['/oauth/%74oken', '/%6fauth/token', 'http://elsewhere/oauth/token'])(
      'POST %s reaches the same handler under the same rules',
      async (path) => {
        const answer = await send(post(path, 'application/json', '{"a":1}'));

        expect(parsed(answer)).toEqual({ bytes: '{"a":1}' });
        expect(answer.headers.pragma).toBe('no-cache');
      },
    );

    it.each(['/%2foauth/token', '/oauth%2ftoken', '/oauth%2Ftoken'])(
      'POST %s is 404: no slash is decoded',
      async (path) => {
        expect((await send(post(path, 'application/json', '{}'))).status).toBe(404);
      },
    );

    it.each(['DELETE', 'PUT', 'PATCH', 'OPTIONS', 'TRACE', 'PROPFIND', 'PURGE'])(
      '%s on a known path is 405 with Allow, whatever its body',
      async (method) => {
        const answer = await send(rawRequest(`${method} /things`, ['Content-Type: text/nonsense'], 'x'.repeat(70_000)));

        expect(answer.status).toBe(405);
        expect(answer.headers.allow).toBe('GET, HEAD, POST');
        expect(Object.keys(answer.headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
        expect(parsed(answer)).toMatchObject({ statusCode: 405, code: 'METHOD_NOT_ALLOWED' });
      },
    );

    it('a wrong method at an OAuth endpoint is 405 in the words of OAuth', async () => {
      const answer = await send(rawRequest('GET /oauth/token?client_secret=x'));

      expect(answer.status).toBe(405);
      expect(answer.headers.allow).toBe('POST');
      expect(parsed(answer)).toEqual({ error: 'invalid_request', error_description: 'Method not allowed' });
    });
  });

  describe('refusals of Node’s parser', () => {
    it.each([
      ['a head of 100 kB', rawRequest('GET /things', [`X-Long: ${'x'.repeat(100_000)}`]), 431],
      ['both framings', rawRequest('POST /things', ['Transfer-Encoding: chunked'], '0\r\n\r\n'), 400],
      ['an unknown method', rawRequest('FOO /things'), 400],
      ['a folded header', rawRequest('GET /things', ['X-A: b\r\n c\u0000']), 400],
    ])('%s closes the connection without a body', async (_name, request, status) => {
      const answer = await send(request);

      expect(answer.status).toBe(status);
      expect(answer.headers.connection).toBe('close');
      expect(answer.body).toBe('');
    });
  });

  describe('failures', () => {
    it('a 500 has nothing inside, and its log line has the cause without texts or parameters', async () => {
      const answer = await send(
        rawRequest(`GET /things/fail/unexpected?api_key=${SECRET}`, [
          `Authorization: Bearer ${SECRET}`,
          'X-Request-Id: five',
        ]),
      );

      expect(answer.status).toBe(500);
      expect(parsed(answer)).toEqual({
        statusCode: 500,
        error: 'Internal Server Error',
        code: 'INTERNAL',
        message: 'The server failed to answer the request',
        requestId: 'five',
      });
      const lines = edge
        .log()
        .split('\n')
        .filter((line) => line.includes('"requestId":"five"'));
      expect(lines).toHaveLength(1);
      expect(JSON.parse(lines[0]!)).toMatchObject({
        level: 50,
        req: { method: 'GET', path: '/things/fail/unexpected' },
        status: 500,
        err: { message: 'SQL error', code: '22P02' },
      });
    });

    it('an OAuth 500 is server_error with nothing inside', async () => {
      const answer = await send(post('/oauth/token', 'text/plain', 'fail=unexpected'));

      expect(answer.status).toBe(500);
      expect(parsed(answer)).toEqual({
        error: 'server_error',
        error_description: 'The server failed to answer the request',
      });
    });

    it('failed client authentication is challenged, with its reason in the log alone', async () => {
      const answer = await send(post('/oauth/token', 'text/plain', 'fail=client'));

      expect(answer.status).toBe(401);
      expect(answer.headers['www-authenticate']).toBe('Basic realm="http://localhost:3000"');
      expect(parsed(answer)).toEqual({ error: 'invalid_client', error_description: 'Client authentication failed' });
      expect(edge.log()).toContain('"detail":"wrong secret"');
    });

    it('what is away at an OAuth endpoint is 503 with Retry-After', async () => {
      const answer = await send(post('/oauth/token', 'text/plain', 'fail=unavailable'));

      expect(answer.status).toBe(503);
      expect(answer.headers['retry-after']).toBe('3');
      expect(answer.headers.pragma).toBe('no-cache');
      expect(parsed(answer)).toMatchObject({ error: 'temporarily_unavailable' });
    });

    it.each([
      ['unauthenticated', 401, 'Bearer realm="http://localhost:3000"'],
      ['bad-token', 401, 'Bearer realm="http://localhost:3000", error="invalid_token"'],
      ['scope', 403, 'Bearer realm="http://localhost:3000", error="insufficient_scope"'],
      ['forbidden', 403, undefined],
      ['missing', 404, undefined],
      ['unavailable', 503, undefined],
    ])('outside OAuth, %s is %i with the challenge %s', async (name, status, challenge) => {
      const answer = await send(rawRequest(`GET /things/fail/${name}`));

      expect(answer.status).toBe(status);
      expect(answer.headers['www-authenticate']).toBe(challenge);
    });

    it('no secret that was sent is anywhere in the log', () => {
      expect(edge.log()).not.toContain(SECRET);
      expect(edge.log()).not.toContain('client_secret');
    });
  });
});
