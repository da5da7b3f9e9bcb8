import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Service } from '../support/service.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import { type TestDatabase, testDatabase } from '../support/test-database.js';

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const stranger = { id: `cli_${'0'.repeat(26)}`, secret: 'cv_sk_' };

describe('while PostgreSQL is away', () => {
  let database: TestDatabase;
  let proxy: TcpProxy;
  let service: Service;
  let client: { id: string; secret: string };

  const ready = async (): Promise<[number, string]> => {
    const answer = await service.get('/health/ready');
    return [answer.status, ((await answer.json()) as { status: string }).status];
  };
  const start = async (grace: string): Promise<void> => {
    service = await Service.start({ DATABASE_URL: proxy.through(database.url), STALE_GRACE_SECONDS: grace });
    client = service.quickstart;
    await service.token(client);
    await sleep(400);
    expect((await service.token(client)).status).toBe(200);
    expect((await service.get('/.well-known/jwks.json')).status).toBe(200);
  };

  beforeEach(async () => {
    database = await testDatabase();
    proxy = await TcpProxy.to(Number(new URL(database.url).port));
  });

  afterEach(async () => {
    await service.stop();
    proxy.close();
    await database.drop();
  });

  it('known clients get tokens, others 503, and all is well again soon after its return', async () => {
    await start('300');
    const token = await service.accessToken(client);
    proxy.stop();
    await sleep(1500);
    expect(await ready()).toEqual([200, 'degraded']);
    expect((await service.token(client)).status).toBe(200);
    expect((await service.get('/v1/whoami', { authorization: `Bearer ${token}` })).status).toBe(200);
    const unknown = await service.token({ ...stranger, secret: client.secret });
    expect([unknown.status, unknown.headers.get('retry-after')]).toEqual([503, expect.any(String)]);
    expect(await unknown.json()).toMatchObject({ error: 'temporarily_unavailable' });
    // A wrong checksum is refused as ever, without asking.
    expect((await service.token({ ...client, secret: `${client.secret.slice(0, -1)}!` })).status).toBe(401);
    expect((await service.get('/v1/workspace', { authorization: `Bearer ${token}` })).status).toBe(503);
    for (const path of ['/.well-known/jwks.json', '/.well-known/openid-configuration', '/health/live']) {
      expect((await service.get(path)).status).toBe(200);
    }
    proxy.resume();
    await sleep(2500);
    expect(await ready()).toEqual([200, 'ready']);
    expect((await service.token(client)).status).toBe(200);
    expect((await service.token({ ...stranger, secret: client.secret })).status).toBe(401);
    expect((await service.get('/v1/workspace', { authorization: `Bearer ${token}` })).status).toBe(200);
  }, 40_000);

  it('nothing is decided from memory once the grace is over, at once with a grace of 0', async () => {
    await start('0');
    const token = await service.accessToken(client);
    proxy.stop();
    await sleep(2500);
    expect(await ready()).toEqual([503, 'unready']);
    const startedAt = Date.now();
    expect((await service.token(client)).status).toBe(503);
    expect((await service.get('/v1/whoami', { authorization: `Bearer ${token}` })).status).toBe(503);
    expect(Date.now() - startedAt).toBeLessThan(4000);
    for (const path of ['/.well-known/jwks.json', '/health/live']) expect((await service.get(path)).status).toBe(200);
  }, 40_000);

  it('nobody known is answered 503 because a flapping database came back', async () => {
    await start('300');
    const statuses = new Set<number>();
    const end = Date.now() + 6000;
    const flap = async (): Promise<void> => {
      while (Date.now() < end) {
        proxy.stop();
        await sleep(300);
        proxy.resume();
        await sleep(500);
      }
    };
    const ask = async (): Promise<void> => {
      while (Date.now() < end) statuses.add((await service.token(client)).status);
    };
    await Promise.all([flap(), ask(), ask()]);
    expect([...statuses]).not.toContain(401);
    await sleep(2500);
    expect((await service.token(client)).status).toBe(200);
  }, 40_000);

  it('a process that starts is live and not ready, and becomes ready by itself', async () => {
    proxy.stop();
    service = await Service.spawn({ DATABASE_URL: proxy.through(database.url) });
    const live = (): Promise<number> =>
      service.get('/health/live').then(
        ({ status }) => status,
        () => 0,
      );
    for (let i = 0; i < 100 && (await live()) !== 200; i++) await sleep(100);
    expect(await live()).toBe(200);
    await sleep(1000);
    expect(await ready()).toEqual([503, 'unready']);
    expect((await service.token(stranger)).status).not.toBe(200);
    proxy.resume();
    await service.untilReady();
    expect(await ready()).toEqual([200, 'ready']);
    expect((await service.token(service.quickstart)).status).toBe(200);
  }, 40_000);
});
