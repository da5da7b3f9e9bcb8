import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import pg from 'pg';
import { checksum } from '../../src/common/credential/checksum.js';
import { type Answer } from '../support/call.js';
import { Tenants } from '../support/tenants.js';

const GOOD = 'nobody would guess this';

// Each password costs a tenth of a second of all cores, and others may be at work.
jest.setTimeout(60_000);

describe('setting a password', () => {
  let tenants: Tenants;
  let db: pg.Client;
  const call = (...args: Parameters<Tenants['call']>): Promise<Answer> => tenants.call(...args);
  const set = (body: object, who: string | null = null): Promise<Answer> => call(who, 'POST', '/auth/password', body);
  const login = async (username: string, password: string): Promise<number> =>
    (await call(null, 'POST', '/auth/login', { username, password })).status;
  let counter = 0;
  const invite = async (): Promise<{ id: string; email: string; setupToken: string }> => {
    const email = `invited${++counter}@example.com`;
    const body = { email, name: 'Invited', role: 'account_admin' };
    return (await call('admin', 'POST', `/v1/accounts/${tenants.accounts.acme!}/users`, body)).body;
  };
  const invalid = [401, 'Invalid credentials'];
  const outcome = ({ status, body }: Answer): unknown => [status, body?.message];

  beforeAll(async () => {
    tenants = await Tenants.start({ RATE_LIMIT_MAX: '0' });
    db = new pg.Client(tenants.database.url);
    await db.connect();
  });

  afterAll(async () => {
    await db.end();
    await tenants.stop();
  });

  it('works once by a setup token, and the person is active', async () => {
    const { id, email, setupToken } = await invite();
    const answer = await set({ setupToken, password: GOOD });
    expect([answer.status, answer.body]).toEqual([204, undefined]);
    expect(await login(email, GOOD)).toBe(200);
    expect(outcome(await set({ setupToken, password: `${GOOD}, too` }))).toEqual(invalid);
    expect(await login(email, GOOD)).toBe(200);
    const { body, headers } = await call('admin', 'GET', `/v1/users/${id}`);
    expect([body.status, headers.get('etag')]).toEqual(['active', '"2"']);
    const events = await db.query(
      'select action, actor_type, actor_id from audit_events where object_id = $1 order by id',
      [id],
    );
    expect(events.rows[1]).toEqual({ action: 'user.password_set', actor_type: 'user', actor_id: id });
    expect(events.rows).toHaveLength(2);
  });

  it('works for one of two at the same moment', async () => {
    const { email, setupToken } = await invite();
    const passwords = ['the first of the two', 'the second of the two'];
    const statuses = (await Promise.all(passwords.map((password) => set({ setupToken, password })))).map(outcome);
    expect(statuses).toEqual(expect.arrayContaining([[204, undefined], invalid]));
    const winner = statuses.findIndex((status) => JSON.stringify(status) !== JSON.stringify(invalid));
    expect(await login(email, passwords[winner]!)).toBe(200);
    expect(await login(email, passwords[1 - winner]!)).toBe(401);
  });

  it('works for 24 hours by a setup token', async () => {
    const { id, setupToken } = await invite();
    const left = await db.query(
      'select extract(epoch from setup_expires_at - now())::int as s from user_credentials where user_id = $1',
      [id],
    );
    expect(Math.abs(left.rows[0].s - 24 * 3600)).toBeLessThan(60);
    await db.query(`update user_credentials set setup_expires_at = now() where user_id = $1`, [id]);
    expect(outcome(await set({ setupToken, password: GOOD }))).toEqual(invalid);
  });

  it('does not work by a token that was replaced, altered, or whose person is gone', async () => {
    const { id, setupToken } = await invite();
    const renewed = await call('admin', 'POST', `/v1/users/${id}/setup-token`);
    expect([renewed.status, Object.keys(renewed.body)]).toEqual([200, ['setupToken']]);
    expect((await call('admin', 'POST', `/v1/users/${id}/setup-token`, { hours: 48 })).status).toBe(400);
    const body = setupToken.slice(0, -7) + (setupToken.at(-7) === 'x' ? 'y' : 'x');
    for (const bad of [
      setupToken,
      body + checksum(body),
      `${renewed.body.setupToken}x`,
      '',
      'cv_st_',
      'x'.repeat(9999),
    ]) {
      expect([bad, outcome(await set({ setupToken: bad, password: GOOD }))]).toEqual([bad, invalid]);
    }
    expect((await set({ setupToken: renewed.body.setupToken, password: GOOD })).status).toBe(204);
    const gone = await invite();
    await call('admin', 'DELETE', `/v1/users/${gone.id}`);
    expect(outcome(await set({ setupToken: gone.setupToken, password: GOOD }))).toEqual(invalid);
  });

  it.each([
    'elevenchars',
    'x'.repeat(257),
    '',
    'password1234',
    'PassWordPassword',
    '1qaz2wsx3edc',
    'aaaaaaaaaaaaaaaa',
    '123456789012',
    'qwertyuiop123',
  ])('refuses the password %j, and the setup token is good for another', async (password) => {
    const { setupToken } = await invite();
    const answer = await set({ setupToken, password });
    expect([answer.status, answer.body.details]).toEqual([400, [{ path: 'password', message: expect.any(String) }]]);
    expect((await set({ setupToken, password: GOOD })).status).toBe(204);
  });

  it.each([
    {},
    { setupToken: 'x' },
    { password: GOOD },
    { setupToken: 1, password: GOOD },
    { setupToken: 'x', password: GOOD, newPassword: GOOD },
    { setupToken: 'x', password: GOOD, username: 'x' },
    { currentPassword: 'x', password: GOOD },
  ])('refuses %j as malformed', async (body) => {
    const answer = await set(body);
    expect([answer.status, answer.body.code]).toEqual([400, 'BAD_REQUEST']);
  });

  it('works by the present password, ends every token of the person, and voids a setup token', async () => {
    const person = await tenants.person('changer', 'account_admin', 'acme');
    const tokens = [await tenants.signIn(person), await tenants.signIn(person)];
    const { body } = await call('admin', 'POST', `/v1/users/${person.id}/setup-token`);
    const change = { currentPassword: person.password, newPassword: GOOD };
    expect((await set(change, tokens[0])).status).toBe(204);
    for (const token of tokens) await tenants.untilDead(token);
    expect(await login(person.email, person.password)).toBe(401);
    expect(await login(person.email, GOOD)).toBe(200);
    expect(outcome(await set({ setupToken: body.setupToken, password: `${GOOD} again` }))).toEqual(invalid);
    const token = await tenants.signIn({ email: person.email, password: GOOD });
    expect((await call(token, 'GET', '/v1/whoami')).status).toBe(200);
  });

  it('does not work by a wrong present password, nor for whoever shows no token of a person', async () => {
    const person = await tenants.person('guarded', 'account_admin', 'acme');
    const token = await tenants.signIn(person);
    const body = { currentPassword: 'not the present one', newPassword: GOOD };
    expect(outcome(await set(body, token))).toEqual(invalid);
    expect((await call(token, 'GET', '/v1/whoami')).status).toBe(200);
    const right = { ...body, currentPassword: person.password };
    const refused = await set(right);
    expect(outcome(refused)).toEqual([401, 'Invalid or missing API key']);
    expect((await set(right, 'not.a.token')).status).toBe(401);
    expect((await set(right, 'acme')).status).toBe(403);
    expect((await set({ ...right, newPassword: 'password1234' }, token)).status).toBe(400);
    expect((await call(token, 'POST', `/auth/password?token=${token}`, right)).status).toBe(400);
    expect((await call(null, 'POST', '/auth/password?token=x', right)).status).toBe(400);
    expect(await login(person.email, person.password)).toBe(200);
  });

  it('by a setup token ends the tokens from before', async () => {
    const person = await tenants.person('forgetful', 'chat_user', 'acme.one');
    const token = await tenants.signIn(person);
    const { body } = await call('admin', 'POST', `/v1/users/${person.id}/setup-token`);
    // The old one works until the new one is set.
    expect(await login(person.email, person.password)).toBe(200);
    expect((await set({ setupToken: body.setupToken, password: GOOD })).status).toBe(204);
    await tenants.untilDead(token);
    expect(await login(person.email, person.password)).toBe(401);
  });
});
