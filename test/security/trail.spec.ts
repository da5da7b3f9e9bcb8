import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { decodeJwt, decodeProtectedHeader, generateKeyPair, type JWTPayload, SignJWT } from 'jose';
import pg from 'pg';
import { newId } from '../../src/common/id.js';
import { type SigningKey } from '../../src/keys/signing-key.entity.js';
import { openPrivateKey } from '../../src/keys/sealed-private-key.js';
import { KeyEncryptionKeys } from '../../src/sealing/key-encryption-keys.js';
import { application } from '../support/application.js';
import { type Answer } from '../support/call.js';
import { eventually } from '../support/engine-service.js';
import { Tenants } from '../support/tenants.js';

interface Event {
  action: string;
  reason: string;
  count: number;
  address: string;
  actor: { type: string; id: string | null };
  object: { type: string; id: string | null };
  accountId: string | null;
  workspaceId: string | null;
}

const NOBODY = { type: 'anonymous', id: null };

describe('the trail has no blind spots', () => {
  let tenants: Tenants;
  let db: pg.Client;
  let ourKey: Awaited<ReturnType<typeof openPrivateKey>>;
  const call = (...args: Parameters<Tenants['call']>): Promise<Answer> => tenants.call(...args);
  const events = async (who: string, query: string): Promise<Event[]> =>
    (await call(who, 'GET', `/v1/audit-events?limit=1000&${query}`)).body as Event[];
  const newJti = (): string => randomBytes(16).toString('base64url');
  /** Waits for the event that is like this. */
  const event = async (who: string, query: string, like: (event: Event) => boolean): Promise<Event> => {
    let found: Event | undefined;
    await eventually(async () => (found = (await events(who, query)).find(like)) !== undefined, 8000);
    return found!;
  };

  /** A token like one of a client's, with other claims or header, signed by this server's key or another. */
  async function token(
    who: string,
    { claims = {}, header = {}, key = ourKey }: { claims?: JWTPayload; header?: object; key?: typeof ourKey } = {},
  ): Promise<string> {
    const model = await tenants.tokenOf('platform');
    const id = tenants.clients[who]?.id ?? who;
    const [account = ''] = who.split('.');
    const tenant = {
      account_id: tenants.accounts[account],
      workspace_id: tenants.workspaces[who.replace(/\.(reader|writer)$/, '')],
    };
    const payload = { ...decodeJwt(model), sub: id, client_id: id, jti: newJti(), ...tenant, ...claims };
    return new SignJWT(payload)
      .setProtectedHeader({ ...(decodeProtectedHeader(model) as { alg: string }), ...header })
      .sign(key);
  }
  const refuse = async (shown: string): Promise<Answer> => {
    const answer = await call(shown, 'GET', '/v1/whoami');
    expect(answer.status).toBe(401);
    return answer;
  };

  beforeAll(async () => {
    tenants = await Tenants.start({ CLIENT_CREATION_MAX: '3', RATE_LIMIT_MAX: '8', TRUST_PROXY: '127.0.0.1,::1' });
    db = new pg.Client(tenants.database.url);
    await db.connect();
    const { app, close } = await application(tenants.database.url, { ISSUER: tenants.service.base });
    const { kid } = decodeProtectedHeader(await tenants.tokenOf('platform'));
    const { rows } = await db.query<{ sealed_private: SigningKey['sealedPrivate'] }>(
      'select sealed_private from signing_keys where kid = $1',
      [kid],
    );
    ourKey = await openPrivateKey(kid!, rows[0]!.sealed_private!, app.get(KeyEncryptionKeys));
    await close();
  }, 60_000);

  afterAll(async () => {
    await db.end();
    await tenants.stop();
  });

  describe('a refused bearer token', () => {
    const past = Math.floor(Date.now() / 1000) - 1000;
    let foreign: typeof ourKey;

    beforeAll(async () => {
      foreign = (await generateKeyPair('RS256')).privateKey as never;
    });

    const claimed: [string, () => Promise<string>][] = [
      ['wrong_issuer', () => token('acme.one', { claims: { iss: 'https://other.example' } })],
      ['wrong_audience', () => token('acme.one', { claims: { aud: 'https://other.example' } })],
      ['expired', () => token('acme.one', { claims: { iat: past, exp: past + 10 } })],
      ['unknown_key', () => token('acme.one', { header: { kid: 'unknown' } })],
      ['bad_signature', () => token('acme.one', { key: foreign })],
    ];
    it.each(claimed)("that nobody has proven stands nameless in the platform's trail: %s", async (reason, make) => {
      const shown = await make();
      await refuse(shown);
      const { jti } = decodeJwt(shown);
      expect(await event('platform', 'action=token.refused', ({ object }) => object.id === jti)).toMatchObject({
        reason,
        actor: NOBODY,
        object: { type: 'token', id: jti },
        accountId: null,
        workspaceId: null,
        address: expect.stringContaining('127.0.0.1'),
      });
      expect(await events('acme', 'action=token.refused')).toEqual([]);
    });

    it('that was revoked is told from the others', async () => {
      const { email, password } = await tenants.person('leaver', 'account_admin', 'acme');
      const shown = await tenants.signIn({ email, password });
      expect((await call(shown, 'POST', '/auth/logout')).status).toBe(204);
      await tenants.untilDead(shown);
      const { jti } = decodeJwt(shown);
      expect(await event('platform', 'action=token.refused', ({ object }) => object.id === jti)).toMatchObject({
        reason: 'revoked',
        actor: NOBODY,
      });
    }, 30_000);

    it('that cannot be read stands there without a name, whatever it is', async () => {
      const secret = randomBytes(40).toString('base64url');
      await refuse(secret);
      await refuse(await token('acme.one', { claims: { jti: secret }, key: foreign }));
      await refuse(await token('acme.one', { header: { typ: 'JWT' } }));
      const unread = { actor: NOBODY, object: { type: 'token', id: null } };
      const of = (reason: string): Promise<Event> =>
        event('platform', 'action=token.refused', (one) => one.reason === reason && one.object.id === null);
      for (const reason of ['malformed', 'bad_signature', 'wrong_type']) expect(await of(reason)).toMatchObject(unread);
      const { rows } = await db.query<{ text: string }>('select audit_events::text as text from audit_events');
      expect(rows.filter(({ text }) => text.includes(secret.slice(0, 12)))).toEqual([]);
    });

    it("that is ours stands in its holder's own trail, by name: of one who was deactivated", async () => {
      const { id } = tenants.clients['other.one.reader']!;
      await db.query(`update clients set ended_at = now(), ended_by = 'test', ended_reason = 'test' where id = $1`, [
        id,
      ]);
      const shown = await token('other.one.reader');
      await refuse(shown);
      const like = {
        reason: 'owner_deactivated',
        actor: { type: 'client', id },
        object: { type: 'token', id: decodeJwt(shown).jti },
        accountId: tenants.accounts.other,
        workspaceId: tenants.workspaces['other.one'],
      };
      expect(await event('other.one', `actor=${id}`, ({ action }) => action === 'token.refused')).toMatchObject(like);
      expect(await events('acme', `actor=${id}`)).toEqual([]);
    });

    it('of one who is not there, in the trail that the token names', async () => {
      const id = newId('cli', Date.now());
      const claims = { account_id: tenants.accounts.other };
      await refuse(await token(id, { claims }));
      expect(await event('other', `actor=${id}`, () => true)).toMatchObject({
        action: 'token.refused',
        reason: 'unknown_owner',
      });
    });

    it('of a tenant who is suspended', async () => {
      const made = await call('platform', 'POST', '/v1/accounts', { name: 'halted', plan: 'pro' });
      const order = { name: 'Halted', role: 'account_admin' };
      const client = await call('admin', 'POST', `/v1/accounts/${made.body.id}/clients`, order);
      expect(client.status).toBe(201);
      await db.query(`update accounts set status = 'suspended' where id = $1`, [made.body.id]);
      const id = client.body.id as string;
      await refuse(await token(id, { claims: { account_id: made.body.id } }));
      expect(await event('platform', `actor=${id}`, () => true)).toMatchObject({
        reason: 'tenant_suspended',
        accountId: made.body.id,
      });
    });

    it('is answered alike for every reason', async () => {
      const answers = [await refuse('x'), await refuse(await token(newId('cli', Date.now())))];
      for (const [, make] of claimed) answers.push(await refuse(await make()));
      const told = answers.map(({ headers, body }) => {
        const shown = [...headers].filter(([name]) => name !== 'date' && name !== 'x-request-id');
        return JSON.stringify([shown, { ...body, requestId: null }]);
      });
      expect(new Set(told).size).toBe(1);
    });

    it("is named a few times a minute at most where it is a stranger's word", async () => {
      const unknown = 'action=token.refused';
      for (let n = 0; n < 60; n++) await refuse(await token('acme.one', { header: { kid: `made-up-${n}` } }));
      await event('platform', unknown, ({ reason, object }) => reason === 'unknown_key' && object.id === null);
      const rows = (await events('platform', unknown)).filter(({ reason }) => reason === 'unknown_key');
      expect(rows.filter(({ object }) => object.id !== null).length).toBeLessThanOrEqual(10);
      expect(rows.reduce((sum, { count }) => sum + count, 0)).toBeGreaterThanOrEqual(30);
    });
  });

  describe('a limit that was reached', () => {
    it("stands in the platform's trail where nobody is known, by the endpoint alone", async () => {
      const login = { username: 'guessed@example.com', password: 'not the password' };
      const guess = (): Promise<Answer> =>
        call(null, 'POST', '/auth/login', login, { 'x-forwarded-for': '192.0.2.7', 'x-forwarded-proto': 'https' });
      for (let n = 0; n < 8; n++) await guess();
      expect((await guess()).status).toBe(429);
      expect(await event('platform', 'action=rate_limit.refused', () => true)).toMatchObject({
        reason: expect.stringMatching(/^(failed_attempts|sign_ins)$/),
        actor: NOBODY,
        object: { type: 'endpoint', id: 'POST /auth/login' },
        accountId: null,
        address: '192.0.2.7',
      });
    }, 30_000);

    it("stands by name in a principal's own", async () => {
      const { id } = await tenants.person('maker', 'account_admin', 'acme');
      const path = `/v1/accounts/${tenants.accounts.acme!}/clients`;
      const make = (): Promise<Answer> => call('maker', 'POST', path, { name: 'One of many', role: 'account_admin' });
      for (let n = 0; n < 3; n++) await make();
      expect((await make()).status).toBe(429);
      expect(await event('acme', `actor=${id}`, ({ action }) => action === 'rate_limit.refused')).toMatchObject({
        reason: 'clients_made',
        actor: { type: 'user', id },
        object: { type: 'endpoint', id: 'POST /v1/accounts/:accountId/clients' },
        accountId: tenants.accounts.acme,
      });
      expect(await events('other', 'action=rate_limit.refused')).toEqual([]);
    }, 30_000);
  });

  describe("a request for another tenant's object", () => {
    const refused = (actor: string, reason: string, id: string): Promise<Event> =>
      event('platform', `actor=${actor}&action=access.refused`, (one) => one.reason === reason && one.object.id === id);

    it("is told from one for nothing, in the platform's trail and not in the caller's", async () => {
      const { id: actor } = tenants.clients.acme!;
      const foreign = tenants.clients['other.two']!.id;
      const unknown = newId('cli', Date.now());
      const own = { actor: { type: 'client', id: actor }, accountId: null, workspaceId: null };
      for (const id of [foreign, unknown]) {
        expect((await call('acme', 'GET', `/v1/clients/${id}`)).status).toBe(404);
      }
      expect(await refused(actor, 'foreign_object', foreign)).toMatchObject({
        ...own,
        object: { type: 'client', id: foreign },
        address: expect.stringContaining('127.0.0.1'),
      });
      expect(await refused(actor, 'unknown_object', unknown)).toMatchObject(own);
      for (const who of ['acme', 'other', 'other.two']) {
        for (const id of [foreign, unknown])
          expect(await events(who, `object=${id}&action=access.refused`)).toEqual([]);
      }
    });

    it('is seen whatever the object, a sibling workspace and an outer object included', async () => {
      const { id: actor } = tenants.clients['acme.two']!;
      const { id: foreign } = tenants.clients['other.two']!;
      const sibling = tenants.workspaces['acme.one']!;
      expect((await call('acme.two', 'GET', `/v1/workspaces/${sibling}/clients`)).status).toBe(404);
      const secret = newId('sec', Date.now());
      const account = tenants.accounts.other!;
      const paths = [`/v1/clients/${foreign}/secrets/${secret}`, `/v1/accounts/${account}/clients`];
      expect((await call('acme.two', 'DELETE', paths[0]!)).status).toBe(404);
      expect((await call('acme.two', 'GET', paths[1]!)).status).toBe(404);
      for (const id of [sibling, foreign, account]) await refused(actor, 'foreign_object', id);
    });

    it('says nothing of what has not the form of an id', async () => {
      const secret = `cv_cs_${randomBytes(24).toString('hex')}`;
      expect((await call('acme', 'GET', `/v1/clients/${secret}`)).status).toBe(404);
      const { id: actor } = tenants.clients.acme!;
      const unknown = newId('usr', Date.now());
      expect((await call('acme', 'GET', `/v1/users/${unknown}`)).status).toBe(404);
      await refused(actor, 'unknown_object', unknown);
      const { rows } = await db.query<{ text: string }>('select audit_events::text as text from audit_events');
      expect(rows.filter(({ text }) => text.includes(secret.slice(0, 12)))).toEqual([]);
    });
  });
});
