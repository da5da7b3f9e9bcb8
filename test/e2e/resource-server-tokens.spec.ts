import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createRemoteJWKSet, decodeJwt, decodeProtectedHeader, jwtVerify } from 'jose';
import pg from 'pg';
import { type Answer } from '../support/call.js';
import { Tenants } from '../support/tenants.js';

const PATH = '/v1/resource-servers';
const PUBLISH_SECONDS = 900;
const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describe('what a resource server says of its tokens', () => {
  let tenants: Tenants;
  let db: pg.Client;
  let count = 0;
  const patch = (id: string, body: object): Promise<Answer> => tenants.call('platform', 'PATCH', `${PATH}/${id}`, body);
  const read = async (id: string): Promise<Answer['body']> =>
    (await tenants.call('platform', 'GET', `${PATH}/${id}`)).body;
  /** An API for `acme.one.writer`, a content_manager. */
  const make = async (
    change: object = {},
  ): Promise<{ id: string; identifier: string; signingAlgFrom: string | null }> => {
    const identifier = `urn:tokens:${++count}`;
    const roleScopes = { content_manager: ['a', 'b'] };
    const body = { identifier, name: 'API', scopes: ['a', 'b'], roleScopes, ...change };
    const made = await tenants.call('platform', 'POST', PATH, body);
    expect(made.status).toBe(201);
    await db.query(
      `insert into client_audiences (client_id, resource_server_id, account_id, workspace_id, position)
       select id, $1, account_id, workspace_id, $3 from clients where id = $2`,
      [made.body.id, tenants.clients['acme.one.writer']!.id, count],
    );
    return made.body;
  };
  const ask = (audience: string): Promise<Response> =>
    tenants.service.token(tenants.clients['acme.one.writer']!, { audience });
  const tokenFor = async (audience: string): Promise<string> => {
    const answer = await ask(audience);
    expect(answer.status).toBe(200);
    return ((await answer.json()) as { access_token: string }).access_token;
  };
  const headerFor = async (audience: string): Promise<object> => decodeProtectedHeader(await tokenFor(audience));
  const until = async (check: () => Promise<boolean>): Promise<void> => {
    const deadline = Date.now() + 5000;
    while (!(await check()) && Date.now() < deadline) await sleep(20);
  };
  const untilSignedWith = async (audience: string, alg: string): Promise<void> => {
    await until(async () => ((await headerFor(audience)) as { alg: string }).alg === alg);
    expect(await headerFor(audience)).toMatchObject({ alg });
  };
  const publishedAlgs = async (): Promise<string[]> => {
    const { keys } = (await (await tenants.service.get('/.well-known/jwks.json')).json()) as {
      keys: { alg: string }[];
    };
    return [...new Set(keys.map(({ alg }) => alg))].sort();
  };
  /** As if the keys of an algorithm had been made an hour ago. */
  const age = (alg: string): Promise<unknown> =>
    db.query(
      `update signing_keys set published_at = published_at - interval '1 hour', signs_from = signs_from - interval '1 hour'
       where alg = $1`,
      [alg],
    );

  beforeAll(async () => {
    tenants = await Tenants.start({ SIGNING_KEY_PUBLISH_SECONDS: String(PUBLISH_SECONDS) });
    db = new pg.Client(tenants.database.url);
    await db.connect();
  }, 60_000);

  afterAll(async () => {
    await db.end();
    await tenants.stop();
  });

  it('the next token has the scopes that the role has now, and the one before lives on', async () => {
    const { id, identifier } = await make();
    const before = await tokenFor(identifier);
    expect(decodeJwt(before).scope).toBe('a b');
    await patch(id, { roleScopes: { content_manager: ['b'] } });
    await until(async () => decodeJwt(await tokenFor(identifier)).scope === 'b');
    expect(decodeJwt(await tokenFor(identifier)).scope).toBe('b');
    await patch(id, { roleScopes: { content_manager: [] } });
    await until(async () => decodeJwt(await tokenFor(identifier)).scope === undefined);
    expect(decodeJwt(await tokenFor(identifier)).scope).toBeUndefined();
    await patch(id, { roleScopes: { chat_user: ['a'] } });
    await until(async () => (await ask(identifier)).status === 400);
    expect(await (await ask(identifier)).json()).toMatchObject({ error: 'invalid_target' });
    const keys = createRemoteJWKSet(new URL(`${tenants.service.base}/.well-known/jwks.json`));
    await jwtVerify(before, keys, { audience: identifier });
  });

  it('the next token lives as long and is called what it says now', async () => {
    const { id, identifier } = await make({ tokenTtlSeconds: 60, tokenTyp: 'JWT' });
    const token = await tokenFor(identifier);
    const { iat = 0, exp = 0 } = decodeJwt(token);
    expect([exp - iat, decodeProtectedHeader(token).typ]).toEqual([60, 'JWT']);
    await patch(id, { tokenTtlSeconds: null, tokenTyp: 'at+jwt' });
    await until(async () => decodeProtectedHeader(await tokenFor(identifier)).typ === 'at+jwt');
    const next = decodeJwt(await tokenFor(identifier));
    expect((next.exp ?? 0) - (next.iat ?? 0)).toBe(86_400);
  });

  it('a new one with a new algorithm says when it begins, is 503 until then, and signs after two seconds', async () => {
    expect(await publishedAlgs()).toEqual(['RS256']);
    const made = await make({ signingAlg: 'EdDSA' });
    const from = new Date(made.signingAlgFrom ?? 0).getTime();
    expect(from - Date.now()).toBeLessThanOrEqual(2100);
    const early = await ask(made.identifier);
    if (early.status !== 200) {
      expect([early.status, early.headers.get('retry-after')]).toEqual([503, expect.stringMatching(/^[12]$/)]);
      expect(await early.json()).toMatchObject({ error: 'temporarily_unavailable' });
    }
    expect(await publishedAlgs()).toEqual(['EdDSA', 'RS256']);
    await until(async () => (await ask(made.identifier)).status === 200);
    expect(await headerFor(made.identifier)).toMatchObject({ alg: 'EdDSA' });
    expect(Date.now()).toBeGreaterThanOrEqual(from - 100);
    expect(await read(made.id)).toMatchObject({ signingAlg: 'EdDSA', signingAlgFrom: null });
  });

  it('a change to a new algorithm goes on with the old one until the new key has been public long enough', async () => {
    const { id, identifier } = await make();
    const changed = await patch(id, { signingAlg: 'ES256' });
    expect([changed.status, changed.body.signingAlg]).toEqual([200, 'ES256']);
    const wait = new Date(changed.body.signingAlgFrom).getTime() - Date.now();
    expect(Math.abs(wait - PUBLISH_SECONDS * 1000)).toBeLessThan(10_000);
    expect(await headerFor(identifier)).toMatchObject({ alg: 'RS256' });
    // Verifiers learn the new key meanwhile, and the metadata says what will be used.
    expect(await publishedAlgs()).toEqual(expect.arrayContaining(['ES256', 'RS256']));
    const metadata = await (await tenants.service.get('/.well-known/openid-configuration')).json();
    expect(metadata).toMatchObject({
      id_token_signing_alg_values_supported: expect.arrayContaining(['ES256', 'RS256']),
    });
    expect(await read(id)).toEqual(changed.body);
    // The same again changes nothing, the moment included.
    expect((await patch(id, { signingAlg: 'ES256' })).body).toEqual(changed.body);

    await db.query(`update signing_keys set signs_from = now() where alg = 'ES256'`);
    await db.query('update resource_servers set next_signing_alg_from = now() where id = $1', [id]);
    await untilSignedWith(identifier, 'ES256');
    expect(await read(id)).toMatchObject({ signingAlg: 'ES256', signingAlgFrom: null });
    // Back is a change, too: RS256 has been public as long as this service runs, and no longer.
    const back = await patch(id, { signingAlg: 'RS256' });
    expect(back.body).toMatchObject({ signingAlg: 'RS256', signingAlgFrom: expect.any(String) });
    expect(await headerFor(identifier)).toMatchObject({ alg: 'ES256' });
  });

  it('back to the old algorithm before its time cancels the change', async () => {
    const { id, identifier } = await make();
    const changed = await patch(id, { signingAlg: 'ES256' });
    expect(changed.body.signingAlgFrom).not.toBeNull();
    const back = await patch(id, { signingAlg: 'RS256' });
    expect(back.body).toMatchObject({ signingAlg: 'RS256', signingAlgFrom: null });
    expect(await headerFor(identifier)).toMatchObject({ alg: 'RS256' });
    const { rows } = await db.query('select signing_alg, next_signing_alg from resource_servers where id = $1', [id]);
    expect(rows).toEqual([{ signing_alg: 'RS256', next_signing_alg: null }]);
  });

  it('a change to an algorithm whose key has been public long enough holds at once', async () => {
    const { id, identifier } = await make();
    await patch(id, { signingAlg: 'ES256' });
    await patch(id, { signingAlg: 'RS256' });
    await age('ES256');
    const changed = await patch(id, { signingAlg: 'ES256' });
    expect(changed.body).toMatchObject({ signingAlg: 'ES256', signingAlgFrom: null });
    await untilSignedWith(identifier, 'ES256');
  });

  it('tokens of an algorithm that nothing signs with any more can still be verified', async () => {
    const { id, identifier } = await make({ signingAlg: 'PS256' });
    await until(async () => (await ask(identifier)).status === 200);
    const token = await tokenFor(identifier);
    expect(decodeProtectedHeader(token).alg).toBe('PS256');
    await age('RS256');
    expect((await patch(id, { signingAlg: 'RS256' })).body.signingAlgFrom).toBeNull();
    await untilSignedWith(identifier, 'RS256');
    const keys = createRemoteJWKSet(new URL(`${tenants.service.base}/.well-known/jwks.json`));
    await jwtVerify(token, keys, { audience: identifier, algorithms: ['PS256'] });
  });

  it('the management API may change its algorithm, and takes tokens of both', async () => {
    await age('ES256');
    const all = (await tenants.call('platform', 'GET', `${PATH}?limit=1000`)).body as { id: string; name: string }[];
    const { id } = all.find(({ name }) => name === 'Management API')!;
    const old = await tenants.tokenOf('acme.one');
    expect((await patch(id, { signingAlg: 'ES256' })).status).toBe(200);
    await untilSignedWith(`${tenants.service.base}/v1`, 'ES256');
    const fresh = await tenants.service.accessToken(tenants.clients['acme.one']!);
    for (const token of [old, fresh]) expect((await tenants.call(token, 'GET', '/v1/whoami')).status).toBe(200);
  });
});
