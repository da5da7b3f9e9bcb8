import { createServer, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { CountingProxy } from '../support/counting-proxy.js';
import { Service } from '../support/service.js';
import { type TestDatabase, testDatabase } from '../support/test-database.js';

interface TokenSource {
  get(): Promise<string>;
  refused(token: string): void;
}
interface Example {
  TokenSource: new (settings: Record<string, string>) => TokenSource;
  fetchWithToken: (tokens: TokenSource, url: string, init?: RequestInit) => Promise<Response>;
}
// A variable, since the example is plain JavaScript, which TypeScript would look for declarations of.
const path = '../../examples/machine-client/token-source.js';

describe("the machine client's token source", () => {
  let database: TestDatabase;
  let proxy: CountingProxy;
  let service: Service;
  let example: Example;
  let tokens: TokenSource;
  let api: Server;
  let apiUrl: string;
  /** The tokens that the API was shown, and how it judges them. */
  let shown: { token: string; body: string }[];
  let accepts: (token: string) => boolean;

  const twenty = <T>(make: () => Promise<T>): Promise<T>[] => Array.from({ length: 20 }, make);
  const requests = (): number => proxy.count('POST /oauth/token');

  beforeAll(async () => {
    example = (await import(path)) as Example;
    database = await testDatabase();
    proxy = await CountingProxy.start();
    service = await Service.start({ DATABASE_URL: database.url, ISSUER: proxy.base });
    proxy.target = service.base;
    api = createServer((request, answer) => {
      const token = (request.headers.authorization ?? '').replace('Bearer ', '');
      let body = '';
      request.on('data', (data: Buffer) => (body += data.toString()));
      request.on('end', () => {
        shown.push({ token, body });
        answer.writeHead(accepts(token) ? 200 : 401).end();
      });
    });
    await new Promise<void>((resolve) => api.listen(0, '127.0.0.1', resolve));
    apiUrl = `http://127.0.0.1:${(api.address() as AddressInfo).port}`;
  }, 30_000);

  beforeEach(() => {
    const { id, secret } = service.quickstart;
    const audience = `${proxy.base}/v1`;
    tokens = new example.TokenSource({ issuer: proxy.base, clientId: id, clientSecret: secret, audience });
    proxy.failing = 'nothing';
    proxy.forget();
    shown = [];
    accepts = () => true;
  });

  afterEach(() => void jest.restoreAllMocks());

  afterAll(async () => {
    api.close();
    api.closeAllConnections();
    await service.stop();
    proxy.close();
    await database.drop();
  });

  it('makes one request for twenty callers at once, and none for those after them', async () => {
    const got = await Promise.all(twenty(() => tokens.get()));
    await Promise.all(twenty(() => example.fetchWithToken(tokens, apiUrl)));
    expect(new Set([...got, ...shown.map(({ token }) => token)]).size).toBe(1);
    expect(requests()).toBe(1);
  });

  it.each([
    ['a minute before the end', '86400', 86_340],
    ['at four fifths of a short life', '100', 80],
  ])('gets a new token %s', async (_, life, seconds) => {
    const short = await Service.start({ DATABASE_URL: database.url, ISSUER: proxy.base, ACCESS_TOKEN_TTL: life });
    proxy.target = short.base;
    try {
      const now = Date.now();
      const clock = jest.spyOn(Date, 'now').mockReturnValue(now);
      const first = await tokens.get();
      clock.mockReturnValue(now + seconds * 1000 - 1);
      expect(await tokens.get()).toBe(first);
      clock.mockReturnValue(now + seconds * 1000);
      const second = await tokens.get();
      expect(second).not.toBe(first);
      clock.mockReturnValue(now + (2 * seconds * 1000 - 1));
      expect(await tokens.get()).toBe(second);
      expect(requests()).toBe(2);
    } finally {
      proxy.target = service.base;
      await short.stop();
    }
  });

  it.each(['tokens', 'all'] as const)('gives a failure to those who wait and to nobody else (%s)', async (failing) => {
    proxy.failing = failing;
    const failed = await Promise.allSettled(twenty(() => tokens.get()));
    expect(failed.map(({ status }) => status)).toEqual(failed.map(() => 'rejected'));
    expect(proxy.seen).toHaveLength(failing === 'tokens' ? 2 : 1);
    proxy.failing = 'nothing';
    proxy.forget();
    expect(await tokens.get()).toMatch(/^eyJ/);
    expect(requests()).toBe(1);
  });

  it('finds the server once', async () => {
    await tokens.get();
    proxy.failing = 'tokens';
    jest.spyOn(Date, 'now').mockReturnValue(Date.now() + 86_400_000);
    await expect(tokens.get()).rejects.toThrow();
    proxy.failing = 'nothing';
    await tokens.get();
    expect(proxy.count('GET /.well-known/oauth-authorization-server')).toBe(1);
  });

  it('tries once more with a new token where the API answers 401, for all callers together', async () => {
    const stale = await tokens.get();
    accepts = (token) => token !== stale;
    const answers = await Promise.all(
      twenty(() => example.fetchWithToken(tokens, apiUrl, { method: 'POST', body: 'a report' })),
    );
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    expect(shown.map(({ body }) => body)).toEqual(shown.map(() => 'a report'));
    expect(requests()).toBe(2);
  });

  it('keeps a newer token where an older one is refused late', async () => {
    const old = await tokens.get();
    tokens.refused(old);
    const newer = await tokens.get();
    tokens.refused(old);
    expect(await tokens.get()).toBe(newer);
    expect(requests()).toBe(2);
  });

  it('hands on a second 401', async () => {
    accepts = () => false;
    expect((await example.fetchWithToken(tokens, apiUrl)).status).toBe(401);
    expect([shown.length, requests()]).toEqual([2, 2]);
  });
});
