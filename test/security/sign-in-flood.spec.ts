import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Answer } from '../support/call.js';
import { Tenants } from '../support/tenants.js';

const MAX = 30;

/** One person with a valid password, who signs in without pause, and everybody else. */
describe('a flood of sign-ins', () => {
  let tenants: Tenants;

  beforeAll(async () => {
    tenants = await Tenants.start({ TRUST_PROXY: '127.0.0.1,::1', RATE_LIMIT_MAX: String(MAX) });
    await tenants.person('flooder', 'account_admin', 'acme');
    await tenants.person('other', 'account_admin', 'acme');
  }, 60_000);

  afterAll(() => tenants.stop(), 60_000);

  const signIn = (name: string, address: string, password = tenants.people[name]!.password): Promise<Answer> =>
    tenants.call(
      null,
      'POST',
      '/auth/login',
      { username: tenants.people[name]!.email, password },
      { 'x-forwarded-for': address },
    );

  /** Keeps this many attempts under way until told to stop; the statuses that it got. */
  function flood(count: number, attempt: (i: number) => Promise<Answer>): () => Promise<number[]> {
    const statuses: number[] = [];
    let running = true;
    let next = 0;
    const worker = async (): Promise<void> => {
      while (running) statuses.push((await attempt(next++)).status);
    };
    const workers = Array.from({ length: count }, worker);
    return async () => {
      running = false;
      await Promise.all(workers);
      return statuses;
    };
  }

  it.each([
    ['from another network', '198.51.100.7'],
    ['from the same network', '192.0.2.1'],
  ])(
    'by one person keeps nobody out who signs in %s',
    async (_, address) => {
      const stop = flood(50, () => signIn('flooder', '192.0.2.1'));
      await new Promise((resolve) => setTimeout(resolve, 300));
      for (let i = 0; i < 5; i++) expect((await signIn('other', address)).status).toBe(200);
      const statuses = await stop();
      expect(new Set(statuses)).toEqual(new Set([200, 429]));
    },
    60_000,
  );

  it('ends after as many as are allowed, though each was right', async () => {
    const statuses: number[] = [];
    for (let i = 0; i <= MAX; i++) statuses.push((await signIn('flooder', '203.0.113.5')).status);
    expect(statuses.slice(0, MAX)).toEqual(statuses.slice(0, MAX).map(() => 200));
    const refused = await signIn('flooder', '203.0.113.5');
    expect([refused.status, Number(refused.headers.get('retry-after')) >= 1]).toEqual([429, true]);
    // Neither the name elsewhere nor another name there is locked out.
    expect((await signIn('flooder', '203.0.113.6')).status).toBe(200);
    expect((await signIn('other', '203.0.113.5')).status).toBe(200);
  }, 60_000);

  it('with made-up names from one network delays another by a turn', async () => {
    const stop = flood(50, (i) =>
      tenants.call(
        null,
        'POST',
        '/auth/login',
        { username: `nobody${i}@example.com`, password: 'a password of nobody' },
        { 'x-forwarded-for': '192.0.2.77' },
      ),
    );
    await new Promise((resolve) => setTimeout(resolve, 300));
    for (let i = 0; i < 5; i++) expect((await signIn('other', '198.51.100.8')).status).toBe(200);
    expect([...new Set(await stop())].sort()).toEqual([401, 429]);
  }, 60_000);

  it('of passwords that nobody can have is refused as ever, and waits for no turn', async () => {
    for (const password of ['short', 'x'.repeat(300), '\u0301\u0316'.repeat(5000), '']) {
      const answer = await signIn('other', '203.0.113.9', password);
      expect([answer.status, answer.body.message]).toEqual([401, 'Invalid credentials']);
    }
  });
});
