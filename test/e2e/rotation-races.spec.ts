import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { clientPath, Clients, credentials } from '../support/clients.js';
import { type Answer } from '../support/call.js';

interface Secret {
  id: string;
  last4: string;
  expiresAt: string | null;
}

describe('rotations at the same moment', () => {
  let clients: Clients;
  const make = (): Promise<Answer['body']> => clients.make('acme.one', 'acme.one');
  const act = (id: string, action: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer> =>
    clients.call('acme.one', 'POST', `${clientPath(id)}/${action}`, body, headers);
  const rotate = async (id: string, body?: object): Promise<{ id: string; secret: string }> => {
    const answer = await act(id, 'rotate', body);
    expect([answer.status, answer.body.message]).toEqual([200, undefined]);
    return { id, secret: answer.body.clientSecret };
  };
  const list = async (id: string): Promise<Secret[]> =>
    (await clients.call('acme.one', 'GET', `${clientPath(id)}/secrets`)).body;
  const works = (client: { id: string; secret: string }): Promise<void> => clients.untilToken(client, 200);
  const isDead = (client: { id: string; secret: string }): Promise<void> => clients.untilToken(client, 401);

  /** One secret without end, the newest, which somebody was shown; the older ones have an end. */
  const isConsistent = async (id: string, shown: { secret: string }[], count: number): Promise<void> => {
    const secrets = await list(id);
    expect(secrets).toHaveLength(count);
    expect(secrets.map(({ expiresAt }) => expiresAt === null)).toEqual(secrets.map((_, index) => index === 0));
    expect(shown.map(({ secret }) => secret.slice(-4))).toContain(secrets[0]!.last4);
  };

  beforeAll(async () => {
    clients = await Clients.start();
  }, 60_000);

  afterAll(() => clients.stop());

  it.each([0, 3600])('of two at the same instant with an overlap of %d loses no secret', async (overlapSeconds) => {
    const bases = [clients.tenants.service.base, clients.strict.base];
    for (let round = 0; round < 5; round++) {
      const made = await make();
      const token = await clients.tenants.service.accessToken(credentials(made));
      const body = { overlapSeconds, currentSecret: made.clientSecret };
      const answers = await Promise.all(
        bases.map((base) => clients.tenants.call(token, 'POST', `${clientPath(made.id)}/rotate`, body, {}, base)),
      );
      // Without an overlap the secret that the later one shows is retired by then, so it is refused.
      expect(answers.map(({ status }) => status).sort()).toEqual(overlapSeconds === 0 ? [200, 401] : [200, 200]);
      const shown = answers.filter(({ status }) => status === 200).map((answer) => credentials(answer.body));
      for (const client of shown) await works(client);
      await isConsistent(made.id, shown, overlapSeconds === 0 ? 1 : 3);
    }
  });

  it('of two at the same instant by an administrator leaves what one after the other would', async () => {
    const made = await make();
    const answers = await Promise.all(
      [0, 3600, 0, 3600].map((overlapSeconds) => act(made.id, 'rotate', { overlapSeconds })),
    );
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    const shown = answers.map((answer) => credentials(answer.body));
    const secrets = await list(made.id);
    await isConsistent(made.id, shown, secrets.length);
    for (const client of shown) {
      const listed = secrets.some(({ last4 }) => last4 === client.secret.slice(-4));
      await (listed ? works(client) : isDead(client));
    }
    await isDead(credentials(made));
  });

  it('under load, from its start through its end, refuses neither secret while both should work', async () => {
    const made = await make();
    const old = credentials(made);
    const problems: string[] = [];
    let asked = 0;
    let current = [old];
    let ended = false;
    const load = async (base: string, offset: number): Promise<void> => {
      for (let i = offset; !ended; i++) {
        const client = current[i % current.length]!;
        const answer = await fetch(`${base}/oauth/token`, {
          method: 'POST',
          body: new URLSearchParams({
            grant_type: 'client_credentials',
            client_id: client.id,
            client_secret: client.secret,
          }),
        });
        asked += 1;
        if (answer.status !== 200 && current.includes(client))
          problems.push(`${answer.status} ${client.secret.slice(-4)}`);
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    };
    const services = [clients.tenants.service.base, clients.strict.base];
    const loads = Promise.all(services.flatMap((base) => [load(base, 0), load(base, 1)]));
    const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 500));
    await pause();
    const dropped = await rotate(made.id, { overlapSeconds: 60 });
    current = [old, dropped];
    await pause();
    current = [old];
    await act(made.id, 'rotate/cancel');
    await pause();
    const next = await rotate(made.id, { overlapSeconds: 60 });
    current = [old, next];
    await pause();
    current = [next];
    await act(made.id, 'rotate/complete');
    await pause();
    ended = true;
    await loads;
    expect(problems).toEqual([]);
    expect(asked).toBeGreaterThan(50);
    await isDead(old);
    await isDead(dropped);
  });
});
