import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { clientPath, Clients, credentials, until } from '../support/clients.js';
import { Service } from '../support/service.js';
import { type Answer } from '../support/call.js';

describe('the use of secrets', () => {
  let clients: Clients;
  const make = (): Promise<Answer['body']> => clients.make('acme.one', 'acme.one');
  const list = async (id: string): Promise<Answer['body'][]> =>
    (await clients.call('acme.one.reader', 'GET', `${clientPath(id)}/secrets`)).body;
  const rotate = async (id: string): Promise<{ id: string; secret: string }> =>
    credentials((await clients.call('acme.one', 'POST', `${clientPath(id)}/rotate`, { overlapSeconds: 3600 })).body);
  const counts = async (id: string): Promise<number[]> => (await list(id)).map(({ useCount }) => useCount);

  beforeAll(async () => {
    clients = await Clients.start({ TRUST_PROXY: '127.0.0.1,::1' });
  }, 60_000);

  afterAll(() => clients.stop());

  it('is told for each: when first and last, from where, how often', async () => {
    const made = await make();
    const [unused] = await list(made.id);
    expect(unused).toEqual({
      id: expect.stringMatching(/^sec_/),
      last4: made.secretLast4,
      createdAt: expect.stringMatching(/Z$/),
      expiresAt: null,
      firstUsedAt: null,
      lastUsedAt: null,
      lastUsedFrom: null,
      useCount: 0,
      safeToRetire: false,
    });
    const { base } = clients.tenants.service;
    for (const address of ['192.0.2.1', '192.0.2.2', '2001:db8::7']) {
      const answer = await fetch(`${base}/oauth/token`, {
        method: 'POST',
        headers: { 'x-forwarded-for': address },
        body: new URLSearchParams({
          grant_type: 'client_credentials',
          client_id: made.id,
          client_secret: made.clientSecret,
        }),
      });
      expect(answer.status).toBe(200);
    }
    await until(() => counts(made.id), [3]);
    const [used] = await list(made.id);
    expect(used).toMatchObject({ lastUsedFrom: '2001:db8::7', useCount: 3 });
    expect(Math.abs(Date.parse(used.lastUsedAt) - Date.now())).toBeLessThan(60_000);
    expect(Date.parse(used.firstUsedAt)).toBeLessThan(Date.parse(used.lastUsedAt));
  });

  it('counts what every process gathered, and nothing that was refused', async () => {
    const made = await make();
    await Promise.all(
      [clients.tenants.service, clients.strict].flatMap((service) =>
        Array.from({ length: 10 }, () => service.token(credentials(made))),
      ),
    );
    await clients.tenants.service.token(credentials(made), { audience: 'urn:nobody' });
    await clients.tenants.service.token({ id: made.id, secret: clients.tenants.clients.acme!.secret });
    await until(() => counts(made.id), [20]);
  });

  it('says when an old secret is safe to retire: the new one is in use, and the old one has not been since', async () => {
    const made = await make();
    const safe = async (): Promise<boolean[]> => (await list(made.id)).map(({ safeToRetire }) => safeToRetire);
    const use = async (client: { id: string; secret: string }): Promise<void> => {
      expect((await clients.tenants.service.token(client)).status).toBe(200);
    };
    await use(credentials(made));
    const rotated = await rotate(made.id);
    await until(safe, [false, false]);
    await use(credentials(made));
    await use(rotated);
    await until(safe, [false, true]);
    await use(credentials(made));
    await until(safe, [false, false]);
    // One that was never used is as safe.
    const other = await make();
    await use(await rotate(other.id));
    await until(async () => (await list(other.id)).map(({ safeToRetire }) => safeToRetire), [false, true]);
  });

  it('is written when the process ends', async () => {
    const made = await make();
    const ISSUER = clients.tenants.service.base;
    const brief = await Service.start({ DATABASE_URL: clients.tenants.database.url, ISSUER });
    expect((await brief.token(credentials(made))).status).toBe(200);
    expect(await brief.stop()).toBe(0);
    const { rows } = await clients.db.query(
      `select used.use_count from client_secret_uses used join client_secrets secret on secret.id = used.secret_id
       where secret.client_id = $1`,
      [made.id],
    );
    expect(rows).toEqual([{ use_count: '1' }]);
  }, 20_000);

  it('changes neither the client nor its version', async () => {
    const made = await make();
    await clients.tenants.service.token(credentials(made));
    await until(() => counts(made.id), [1]);
    const { tokenUrl, clientSecret, ...shown } = made;
    const read = await clients.call('acme.one', 'GET', clientPath(made.id));
    expect([read.body, read.headers.get('etag')]).toEqual([shown, '"1"']);
    expect([tokenUrl, clientSecret]).toEqual([expect.any(String), expect.any(String)]);
  });
});
