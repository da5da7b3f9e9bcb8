import { afterEach, describe, expect, it } from '@jest/globals';
import { type Edge, rawRequest, type RawAnswer, sendRaw, startEdge } from '../support/edge.js';

describe('the HTTP edge as it is configured', () => {
  let edge: Edge | undefined;
  const start = async (environment: Record<string, string>): Promise<(request: Buffer) => Promise<RawAnswer>> => {
    const started = (edge = await startEdge(environment));
    return (request) => sendRaw(started.port, request);
  };

  afterEach(async () => {
    await edge?.close();
    edge = undefined;
  });

  describe('ERROR_BODY', () => {
    it('nested', async () => {
      const send = await start({ ERROR_BODY: 'nested' });

      expect(JSON.parse((await send(rawRequest('GET /things/fail/unauthenticated'))).body)).toEqual({
        error: { code: 'unauthorized', message: 'Invalid or missing API key' },
      });
      expect(JSON.parse((await send(rawRequest('GET /things/fail/forbidden'))).body)).toEqual({
        error: { code: 'plan_not_eligible', message: 'No' },
      });
    });

    it('envelope', async () => {
      const send = await start({ ERROR_BODY: 'envelope' });

      expect(JSON.parse((await send(rawRequest('GET /things/fail/scope'))).body)).toEqual({
        success: false,
        message: 'Insufficient scope. Required: admin',
      });
    });

    it('standard, with details', async () => {
      const send = await start({});
      const answer = await send(rawRequest('GET /things/fail/invalid'));

      expect(JSON.parse(answer.body)).toEqual({
        statusCode: 400,
        error: 'Bad Request',
        code: 'BAD_REQUEST',
        message: 'The input is wrong',
        details: [{ path: 'name', message: 'is too "long"' }],
        requestId: answer.headers['x-request-id'],
      });
    });

    it.each(['standard', 'nested', 'envelope'])('%s leaves the OAuth endpoints alone', async (ERROR_BODY) => {
      const send = await start({ ERROR_BODY });

      expect(JSON.parse((await send(rawRequest('POST /oauth/nothing'))).body)).toEqual({
        error: 'invalid_request',
        error_description: 'Not found',
      });
    });
  });

  describe('an issuer with a path', () => {
    const ISSUER = 'https://example.test/t1';

    it.each([
      'GET /t1/things',
      'GET /t1/health/live',
      'GET /health/live',
      'GET /t1/.well-known/oauth-authorization-server',
      'GET /.well-known/oauth-authorization-server/t1',
      'GET /.well-known/oauth-authorization-server/t1?a=b',
      'HEAD /.well-known/oauth-authorization-server/t1',
      'POST /t1/oauth/token',
    ])('%s is served', async (line) => {
      expect((await (await start({ ISSUER }))(rawRequest(line))).status).toBe(200);
    });

    it.each([
      'GET /things',
      'POST /oauth/token',
      'GET /.well-known/oauth-authorization-server',
      'GET /.well-known/oauth-authorization-server/t2',
      'GET /.well-known/oauth-authorization-server/t1/',
      'GET /t1/t1/things',
      'GET /t1/.well-known/oauth-authorization-server/t1',
    ])('%s is 404', async (line) => {
      expect((await (await start({ ISSUER }))(rawRequest(line))).status).toBe(404);
    });

    it('names the issuer in the challenge and promises HTTPS', async () => {
      const send = await start({ ISSUER });
      const answer = await send(rawRequest('POST /t1/oauth/token', ['Content-Type: text/plain'], 'fail=client'));

      expect(answer.headers['www-authenticate']).toBe(`Basic realm="${ISSUER}"`);
      expect(answer.headers['strict-transport-security']).toBe('max-age=31536000');
    });
  });

  describe('REQUIRE_HTTPS', () => {
    const forwarded = (line: string, ...values: string[]): Buffer =>
      rawRequest(
        line,
        values.map((value) => `X-Forwarded-Proto: ${value}`),
      );

    it('refuses plain HTTP on everything but health', async () => {
      const send = await start({ REQUIRE_HTTPS: 'true' });

      const refused = await send(rawRequest('GET /things'));
      expect(refused.status).toBe(403);
      expect(JSON.parse(refused.body)).toMatchObject({ code: 'FORBIDDEN', message: 'HTTPS is required' });
      expect((await send(rawRequest('GET /nothing'))).status).toBe(403);
      expect((await send(rawRequest('GET /health/../things'))).status).toBe(404);
      expect((await send(rawRequest('GET /health/live'))).status).toBe(200);
      expect((await send(rawRequest('HEAD /health/live'))).status).toBe(200);
    });

    it('refuses in the words of OAuth at an OAuth endpoint', async () => {
      const send = await start({ REQUIRE_HTTPS: 'true' });
      const answer = await send(rawRequest('POST /oauth/token'));

      expect(answer.status).toBe(403);
      expect(JSON.parse(answer.body)).toEqual({ error: 'invalid_request', error_description: 'HTTPS is required' });
    });

    it('does not believe X-Forwarded-Proto without a trusted proxy', async () => {
      const send = await start({ REQUIRE_HTTPS: 'true' });
      expect((await send(forwarded('GET /things', 'https'))).status).toBe(403);
      await edge?.close();

      const other = await start({ REQUIRE_HTTPS: 'true', TRUST_PROXY: '10.0.0.0/8' });
      expect((await other(forwarded('GET /things', 'https'))).status).toBe(403);
    });

    it('believes the proxy that is trusted, and of its values the last', async () => {
      const send = await start({ REQUIRE_HTTPS: 'true', TRUST_PROXY: '127.0.0.1' });

      expect((await send(forwarded('GET /things', 'https'))).status).toBe(200);
      expect((await send(forwarded('GET /things', 'http'))).status).toBe(403);
      expect((await send(forwarded('GET /things', 'https, http'))).status).toBe(403);
      expect((await send(forwarded('GET /things', 'https', 'http'))).status).toBe(403);
      expect((await send(rawRequest('GET /things'))).status).toBe(403);
    });
  });
});
