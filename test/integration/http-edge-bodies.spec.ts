import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Edge, rawRequest, type RawAnswer, sendRaw, startEdge } from '../support/edge.js';

const post = (path: string, type: string | undefined, body: string | Buffer, ...headers: string[]): Buffer =>
  rawRequest(`POST ${path}`, [...(type === undefined ? [] : [`Content-Type: ${type}`]), ...headers], body);

describe('request bodies', () => {
  let edge: Edge;
  const send = (request: string | Buffer): Promise<RawAnswer> => sendRaw(edge.port, request);

  beforeAll(async () => {
    edge = await startEdge();
  });
  afterAll(() => edge.close());

  describe('outside OAuth', () => {
    it.each([
      'application/json',
      'application/json; charset=utf-8',
      'Application/JSON;charset="UTF-8"',
      ' application/json\t;\tCharset=utf-8;',
      'application/json; profile="a;b"; charset=utf-8',
    ])('%s is read', async (type) => {
      const answer = await send(post('/things', type, '{"a":"ü"}'));

      expect(answer.status).toBe(201);
      expect(JSON.parse(answer.body)).toEqual({ body: { a: 'ü' } });
    });

    it.each(['us-ascii', 'iso-8859-1'])('the charset %s is read while the body is ASCII', async (charset) => {
      const type = `application/json; charset=${charset}`;

      expect((await send(post('/things', type, '{"a":1}'))).status).toBe(201);
      const refused = await send(post('/things', type, '{"a":"ü"}'));
      expect(refused.status).toBe(415);
      expect(JSON.parse(refused.body)).toMatchObject({
        message: 'A body that is not ASCII must have the charset UTF-8',
      });
    });

    it('nothing sent is no body', async () => {
      expect(JSON.parse((await send(post('/things', 'application/json', ''))).body)).toEqual({ body: null });
      expect(JSON.parse((await send(rawRequest('POST /things'))).body)).toEqual({ body: null });
    });

    it.each([
      ['application/json\ta'],
      ['application/json garbage'],
      ['application/json; charset=utf-16'],
      ['application/json; charset=utf-7'],
      ['application/json; charset=utf-8; charset=utf-8'],
      ['application/json; a'],
      ['application/json, text/plain'],
      ['application/json-patch+json'],
      ['application/x-www-form-urlencoded'],
      ['multipart/form-data; boundary=x'],
      ['text/plain'],
      ['text/[html]'],
      ['</><script>'],
      [undefined],
    ])('%s is 415', async (type) => {
      const answer = await send(post('/things', type, '{"a":1}'));

      expect(answer.status).toBe(415);
      expect(JSON.parse(answer.body)).toMatchObject({ statusCode: 415, code: 'UNSUPPORTED_MEDIA_TYPE' });
    });

    it.each([
      ['cut off', '{"a":'],
      ['empty but for space', ' '],
      ['followed by more', '{} {}'],
      ['with a byte order mark', '\uFEFF{}'],
      ['in UTF-16', Buffer.from('{"a":1}', 'utf16le')],
      ['not in UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d])],
      ['with __proto__', '{"__proto__":{"admin":true}}'],
      ['with __proto__ in escapes', '{"a":{"__pr\\u006fto__":{}}}'],
      ['with constructor.prototype', '{"constructor":{"prototype":{}}}'],
      ['nested 30,000 deep and cut off', '['.repeat(30_000)],
      ['nested 30,000 deep', '['.repeat(30_000) + ']'.repeat(30_000)],
      ['nested 33 deep', '{"a":'.repeat(33) + '1' + '}'.repeat(33)],
    ])('JSON %s is 400', async (_name, body) => {
      const answer = await send(post('/things', 'application/json', body));

      expect(answer.status).toBe(400);
      expect(JSON.parse(answer.body)).toMatchObject({ statusCode: 400, code: 'BAD_REQUEST' });
    });

    it('for a path that does not exist, type and size are no matter: 404', async () => {
      expect((await send(post('/nothing', 'text/plain', 'x'.repeat(70_000)))).status).toBe(404);
      expect((await send(post('/nothing', '</><script>', '{'))).status).toBe(404);
    });

    it('a repeated Content-Type is 400', async () => {
      const request = post('/things', 'application/json', '{}', 'Content-Type: text/plain');

      expect((await send(request)).status).toBe(400);
    });

    it.each(['gzip', 'br', 'identity, gzip', 'nonsense'])(
      'Content-Encoding %s is 415, never decoded',
      async (coding) => {
        const answer = await send(post('/things', 'application/json', gzipSync('{}'), `Content-Encoding: ${coding}`));

        expect(answer.status).toBe(415);
      },
    );

    it('a body over 64 KiB is 413 and the connection is closed', async () => {
      const answer = await send(post('/things', 'application/json', `"${'x'.repeat(70_000)}"`));

      expect(answer.status).toBe(413);
      expect(answer.headers.connection).toBe('close');
      expect(JSON.parse(answer.body)).toMatchObject({ statusCode: 413, code: 'PAYLOAD_TOO_LARGE' });
    });

    it('a body that says it is over 64 KiB is 413 before it is sent', async () => {
      const head =
        'POST /things HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 999999999\r\n\r\n';

      expect((await send(head)).status).toBe(413);
    });

    it('a chunked body over 64 KiB is 413 while it is still coming', async () => {
      const head =
        'POST /things HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n';
      const chunk = `4000\r\n${'x'.repeat(0x4000)}\r\n`;

      expect((await send(head + chunk.repeat(5))).status).toBe(413);
    });
  });

  describe('at an OAuth endpoint', () => {
    it.each(['application/x-www-form-urlencoded', 'application/json; charset=utf-16', 'text/plain', undefined])(
      'with type %s they stay the bytes that were sent',
      async (type) => {
        const answer = await send(post('/oauth/token', type, '__proto__=1&a=1&a=2'));

        expect(answer.status).toBe(200);
        expect(JSON.parse(answer.body)).toEqual({ bytes: '__proto__=1&a=1&a=2' });
      },
    );

    // TOK-24
    it.each(['application/json\ta', 'application/json garbage', 'text/[html]', '</><script>', 'nonsense'])(
      'the malformed type %s is 400 invalid_request',
      async (type) => {
        const answer = await send(post('/oauth/token', type, '{}'));

        expect(answer.status).toBe(400);
        expect(JSON.parse(answer.body)).toMatchObject({ error: 'invalid_request' });
        expect(answer.headers).toMatchObject({ 'cache-control': 'no-store', pragma: 'no-cache' });
      },
    );

    it.each([
      ['a compressed body', post('/oauth/token', 'application/json', gzipSync('{}'), 'Content-Encoding: gzip'), 400],
      ['a repeated Content-Type', post('/oauth/token', 'text/plain', '{}', 'Content-Type: application/json'), 400],
      ['a body over 64 KiB', post('/oauth/token', 'application/json', 'x'.repeat(70_000)), 413],
    ])('%s is invalid_request', async (_name, request, status) => {
      const answer = await send(request);

      expect(answer.status).toBe(status);
      expect(JSON.parse(answer.body)).toMatchObject({ error: 'invalid_request' });
    });
  });
});
