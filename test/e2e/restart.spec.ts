import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Service } from '../support/service.js';
import { type TestDatabase, testDatabase } from '../support/test-database.js';

describe('a service that starts again', () => {
  let database: TestDatabase;
  let client: { id: string; secret: string };
  let oldToken: string;

  beforeAll(async () => {
    database = await testDatabase();
  });

  afterAll(() => database.drop());

  it('says "not ready" from SIGTERM on, answers until it closes, and ends with 0', async () => {
    const service = await Service.start({ DATABASE_URL: database.url, SHUTDOWN_DELAY_SECONDS: '2' });
    client = service.quickstart;
    oldToken = await service.accessToken(client);
    const ended = service.stop();
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect((await service.get('/health/ready')).status).toBe(503);
    expect((await service.get('/health/live')).status).toBe(200);
    expect((await service.token(client)).status).toBe(200);
    expect(await ended).toBe(0);
  }, 40_000);

  it('ends although somebody does not read the answer', async () => {
    const service = await Service.start({ DATABASE_URL: database.url });
    const { port } = new URL(service.base);
    const socket = connect(Number(port), '127.0.0.1');
    // More than the kernel takes off the server's hands.
    socket.write('GET /docs/swagger-ui-bundle.js HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(8));
    await once(socket, 'readable');
    expect(await service.stop()).toBe(0);
    socket.destroy();
  }, 40_000);

  it('under another issuer moves the management API, clients follow, and older tokens are dead', async () => {
    const service = await Service.start({ DATABASE_URL: database.url, ISSUER: 'http://localhost:4002/moved' });
    const answer = await fetch(`${service.base}/moved/oauth/token`, {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'client_credentials',
        client_id: client.id,
        client_secret: client.secret,
      }),
    });
    const { access_token: token } = (await answer.json()) as { access_token: string };
    const claims = JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString()) as object;
    expect(claims).toMatchObject({ iss: 'http://localhost:4002/moved', aud: 'http://localhost:4002/moved/v1' });
    expect((await service.get('/moved/v1/whoami', { authorization: `Bearer ${token}` })).status).toBe(200);
    expect((await service.get('/moved/v1/whoami', { authorization: `Bearer ${oldToken}` })).status).toBe(401);
    expect(service.quickstart.id).toBe('');
    await service.stop();
  }, 40_000);

  it('is refused with a key that does not open the database, and makes nothing in its place', async () => {
    const service = await Service.spawn({
      DATABASE_URL: database.url,
      KEY_ENCRYPTION_KEY: Buffer.alloc(32, 8).toString('base64'),
    });
    expect(await service.exit()).toBe(1);
    expect(service.output).toContain('KEY_ENCRYPTION_KEY does not open');
  }, 20_000);

  it.each([
    ['a wrong password', (url: URL) => (url.password = 'wrong'), 'refuses the password'],
    ['a database that is not there', (url: URL) => (url.pathname = '/nowhere'), 'does not exist'],
  ])(
    'is refused with %s, by a sentence without the address',
    async (_, spoil, sentence) => {
      const url = new URL(database.url);
      spoil(url);
      const service = await Service.spawn({ DATABASE_URL: url.href });
      expect(await service.exit()).toBe(1);
      expect(service.output).toContain(sentence);
      expect(service.output).not.toContain(url.port);
    },
    20_000,
  );
});
