import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { clientPath, Clients, credentials } from '../support/clients.js';
import { type Answer } from '../support/call.js';

interface Secret {
  id: string;
  last4: string;
  expiresAt: string | null;
}
const DAY = 24 * 3600;

describe('rotation', () => {
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
  const ends = async (id: string): Promise<(number | null)[]> =>
    (await list(id)).map(({ expiresAt }) =>
      expiresAt === null ? null : Math.round((Date.parse(expiresAt) - Date.now()) / 1000 / 60),
    );
  const works = (client: { id: string; secret: string }): Promise<void> => clients.untilToken(client, 200);
  const isDead = (client: { id: string; secret: string }): Promise<void> => clients.untilToken(client, 401);

  beforeAll(async () => {
    clients = await Clients.start();
  }, 60_000);

  afterAll(() => clients.stop());

  it.each([[undefined], [{}], [{ overlapSeconds: 0 }], [{ compromised: false }]])(
    'with %j shows a new secret once, ends the old one, and leaves tokens alive',
    async (body) => {
      const made = await make();
      const token = await clients.tenants.service.accessToken(credentials(made));
      const answer = await act(made.id, 'rotate', body);
      const { clientSecret, tokenUrl, ...shown } = made;
      expect([answer.status, tokenUrl]).toEqual([200, expect.anything()]);
      expect(answer.body).toEqual({
        ...shown,
        clientSecret: expect.stringMatching(/^cv_sk_[0-9A-Za-z]{46}$/),
        secretLast4: answer.body.clientSecret.slice(-4),
        updatedAt: expect.any(String),
      });
      expect([answer.headers.get('etag'), answer.headers.get('cache-control')]).toEqual(['"2"', 'no-store']);
      expect(answer.body.clientSecret).not.toBe(clientSecret);
      await works(credentials(answer.body));
      await isDead(credentials(made));
      expect(await list(made.id)).toHaveLength(1);
      expect((await clients.call(token, 'GET', '/v1/whoami')).status).toBe(200);
      expect((await clients.call('acme.one', 'GET', clientPath(made.id))).body.secretLast4).toBe(
        answer.body.secretLast4,
      );
    },
  );

  it('takes an empty body as none, and nothing that it does not know', async () => {
    const { id } = await make();
    const token = await clients.tenants.tokenOf('acme.one');
    const empty = await fetch(`${clients.tenants.service.base}${clientPath(id)}/rotate`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    });
    expect(empty.status).toBe(200);
    for (const body of [
      { overlapSeconds: -1 },
      { overlapSeconds: 1.5 },
      { overlapSeconds: 30 * DAY + 1 },
      { overlapSeconds: '60' },
      { compromised: true, overlapSeconds: 60 },
      { compromised: true, overlapSeconds: 0 },
      { descendants: true },
      { secret: 'mine' },
      null,
      [],
    ])
      expect([body, (await act(id, 'rotate', body)).status]).toEqual([body, 400]);
    expect((await act(id, 'rotate/complete', { overlapSeconds: 1 })).status).toBe(400);
    expect(await list(id)).toHaveLength(1);
    expect((await act(id, 'rotate', { overlapSeconds: 30 * DAY })).status).toBe(200);
  });

  it('with an overlap lets both secrets work until the old one stops by itself', async () => {
    const made = await make();
    const rotated = await rotate(made.id, { overlapSeconds: 2 });
    const old = await clients.tenants.service.token(credentials(made));
    const { client_secret_expires_at: end } = (await old.json()) as { client_secret_expires_at: number };
    expect(Math.abs(end - Date.now() / 1000)).toBeLessThan(3);
    expect(await (await clients.tenants.service.token(rotated)).json()).not.toHaveProperty('client_secret_expires_at');
    expect((await list(made.id)).map(({ last4 }) => last4)).toEqual([rotated.secret.slice(-4), made.secretLast4]);
    await isDead(credentials(made));
    await works(rotated);
    expect(await list(made.id)).toHaveLength(1);
  });

  it('is completed: the newest secret alone works on', async () => {
    const made = await make();
    const second = await rotate(made.id, { overlapSeconds: 3600 });
    const third = await rotate(made.id, { overlapSeconds: 3600 });
    const answer = await act(made.id, 'rotate/complete');
    expect([answer.status, answer.body.secretLast4, answer.body.clientSecret]).toEqual([
      200,
      third.secret.slice(-4),
      undefined,
    ]);
    await works(third);
    await isDead(second);
    await isDead(credentials(made));
    expect(await ends(made.id)).toEqual([null]);
    expect((await act(made.id, 'rotate/complete')).status).toBe(409);
    expect((await act(made.id, 'rotate/cancel')).status).toBe(409);
  });

  it('is cancelled: the newest secret goes, and the one before it has the end back that it had', async () => {
    const made = await make();
    const second = await rotate(made.id, { overlapSeconds: 3600 });
    const third = await rotate(made.id, { overlapSeconds: 7200 });
    // Every older one ends at the earlier of its own end and the overlap's.
    expect(await ends(made.id)).toEqual([null, 120, 60]);
    const fourth = await rotate(made.id, { overlapSeconds: 1800 });
    expect(await ends(made.id)).toEqual([null, 30, 30, 30]);
    const first = await act(made.id, 'rotate/cancel', {});
    expect([first.status, first.body.secretLast4]).toEqual([200, third.secret.slice(-4)]);
    // The older ones keep theirs.
    expect(await ends(made.id)).toEqual([null, 30, 30]);
    await isDead(fourth);
    await works(third);
    await act(made.id, 'rotate/cancel');
    expect(await ends(made.id)).toEqual([null, 30]);
    await act(made.id, 'rotate/cancel');
    expect(await ends(made.id)).toEqual([null]);
    await works(credentials(made));
    await isDead(second);
    expect((await act(made.id, 'rotate/cancel')).status).toBe(409);
  });

  it('leaves five live secrets at most, and at least one', async () => {
    const made = await make();
    for (let i = 0; i < 4; i++) await rotate(made.id, { overlapSeconds: 3600 });
    expect((await act(made.id, 'rotate', { overlapSeconds: 3600 })).status).toBe(409);
    const [newest, , , , oldest] = await list(made.id);
    const remove = async (secret: string): Promise<number> =>
      (await clients.call('acme.one', 'DELETE', `${clientPath(made.id)}/secrets/${secret}`)).status;
    expect([await remove(oldest!.id), await remove(oldest!.id)]).toEqual([204, 404]);
    await isDead(credentials(made));
    await rotate(made.id, { overlapSeconds: 3600 });
    // One that ends all others makes room for itself.
    const last = await rotate(made.id);
    expect(await remove(newest!.id)).toBe(404);
    const [only] = await list(made.id);
    expect([await remove(only!.id), await list(made.id)]).toEqual([409, [only]]);
    await works(last);
    const other = await make();
    const [foreign] = await list(other.id);
    expect(await remove(foreign!.id)).toBe(404);
    await works(credentials(other));
  });

  it('of a compromised client ends every older secret and every token', async () => {
    const made = await make();
    const second = await rotate(made.id, { overlapSeconds: 3600 });
    const token = await clients.tenants.service.accessToken(second);
    const answer = await act(made.id, 'rotate', { compromised: true, descendants: true });
    expect([answer.status, answer.body.liveApiKeys]).toEqual([200, 0]);
    await clients.untilAlive(token, 401);
    await isDead(second);
    await isDead(credentials(made));
    const fresh = await clients.tenants.service.accessToken(credentials(answer.body));
    expect((await clients.call(fresh, 'GET', '/v1/whoami')).status).toBe(200);
    expect(await list(made.id)).toHaveLength(1);
  });

  it('repeated makes one secret, and shows it once', async () => {
    const made = await make();
    const ask = (body: object): Promise<Answer> => act(made.id, 'rotate', body, { 'idempotency-key': 'r1' });
    const first = await ask({ overlapSeconds: 60 });
    const again = await ask({ overlapSeconds: 60 });
    const { clientSecret, ...shown } = first.body;
    expect([again.status, again.body, again.headers.get('idempotency-replayed')]).toEqual([200, shown, 'true']);
    expect((await ask({ overlapSeconds: 61 })).status).toBe(409);
    expect(await list(made.id)).toHaveLength(2);
    await works({ id: made.id, secret: clientSecret });
  });

  it('of itself needs its secret and no scope', async () => {
    const self = clients.tenants.clients['acme.one.reader']!;
    const token = await clients.tenants.tokenOf('acme.one.reader');
    const ask = (action: string, body?: object): Promise<Answer> =>
      clients.strictly(token, 'POST', `${clientPath(self.id)}/${action}`, body);
    for (const action of ['rotate', 'rotate/complete', 'rotate/cancel']) {
      const without = await ask(action);
      expect([action, without.status, without.body.code]).toEqual([action, 403, 'HUMAN_REQUIRED']);
      for (const currentSecret of ['', 'x', clients.tenants.clients['acme.one']!.secret, self.secret.toLowerCase()]) {
        const wrong = await ask(action, { currentSecret });
        expect([action, wrong.status, wrong.headers.get('www-authenticate')]).toEqual([
          action,
          401,
          expect.stringMatching(/^Bearer/),
        ]);
      }
    }
    const rotated = await ask('rotate', { currentSecret: self.secret, overlapSeconds: 3600 });
    expect(rotated.status).toBe(200);
    await works(credentials(rotated.body));
    expect((await ask('rotate/cancel', { currentSecret: self.secret })).status).toBe(200);
    const again = await ask('rotate', { currentSecret: self.secret, overlapSeconds: 3600 });
    expect((await ask('rotate/complete', { currentSecret: again.body.clientSecret })).status).toBe(200);
    expect((await ask('rotate', { currentSecret: self.secret })).status).toBe(401);
    // What it may do for itself it may do for itself alone, and nothing else.
    const other = clients.tenants.clients['acme.one.writer']!;
    expect(
      (await clients.strictly(token, 'POST', `${clientPath(other.id)}/rotate`, { currentSecret: other.secret })).status,
    ).toBe(403);
    expect((await clients.strictly(token, 'POST', `${clientPath(self.id)}/deactivate`)).status).toBe(403);
    expect((await clients.call(token, 'POST', `${clientPath(self.id)}/rotate`)).body.code).toBe('HUMAN_REQUIRED');
    for (const action of ['rotate', 'rotate/complete', 'rotate/cancel']) {
      const answer = await clients.call(token, 'POST', `${clientPath(other.id)}/${action}`);
      expect([answer.status, answer.body.message]).toEqual([403, 'Insufficient scope. Required: admin']);
    }
    const { rows } = await clients.db.query(`select changes::text as changes from audit_events where object_id = $1`, [
      self.id,
    ]);
    for (const { changes } of rows) expect(changes).not.toMatch(/_sk_/);
  });
});
