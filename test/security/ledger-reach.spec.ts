import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { decodeJwt, decodeProtectedHeader } from 'jose';
import pg from 'pg';
import { Tenants } from '../support/tenants.js';

/** Whatever the ledger can name is asked by whoever takes a token; nothing else about the holder has changed. */
describe('an entry of the ledger', () => {
  let tenants: Tenants;
  let db: pg.Client;

  beforeAll(async () => {
    tenants = await Tenants.start();
    await tenants.person('oneAdmin', 'workspace_admin', 'acme.one');
    await tenants.person('staff', 'platform_admin', 'acme');
    db = new pg.Client(tenants.database.url);
    await db.connect();
  }, 60_000);

  afterAll(async () => {
    await db.end();
    await tenants.stop();
  });

  const record = (kind: string, subject: string): Promise<unknown> =>
    db.query(`select ledger_record($1, $2, clock_timestamp() + interval '1 hour')`, [kind, subject]);
  const status = async (token: string): Promise<number> => (await tenants.call(token, 'GET', '/v1/account')).status;
  const fresh = (name: string): Promise<string> =>
    tenants.clients[name] ? tenants.service.accessToken(tenants.clients[name]) : tenants.signIn(tenants.people[name]!);

  it.each([
    ['a client', 'acme.one', () => `client:${tenants.clients['acme.one']!.id}`],
    ['a person', 'oneAdmin', () => `user:${tenants.people.oneAdmin!.id}`],
    ['the workspace of a client', 'acme.one', () => `workspace:${tenants.workspaces['acme.one']!}`],
    ['the workspace of a person', 'oneAdmin', () => `workspace:${tenants.workspaces['acme.one']!}`],
    ['the account of a client', 'acme', () => `account:${tenants.accounts.acme!}`],
    ['the account of a client of a workspace', 'acme.one', () => `account:${tenants.accounts.acme!}`],
    ['the account of a person', 'oneAdmin', () => `account:${tenants.accounts.acme!}`],
    ['the account of a person of the platform', 'staff', () => `account:${tenants.accounts.acme!}`],
    ['the issuer, for a client', 'platform', () => `issuer:${tenants.service.base}`],
    ['the issuer, for a person', 'staff', () => `issuer:${tenants.service.base}`],
  ])('that cuts %s ends the tokens from before, and no later one', async (_, name, subject) => {
    const before = await fresh(name);
    expect(await status(before)).not.toBe(401);
    await record('cut', subject());
    // What is done in PostgreSQL is decided on a proof asked for after the request: the next one already.
    expect(await status(before)).toBe(401);
    expect(await status(await fresh(name))).not.toBe(401);
  });

  it('that names one token ends it and no other', async () => {
    const [one, other] = [await fresh('acme'), await fresh('acme')];
    await record('jti', decodeJwt(one).jti!);
    expect([await status(one), await status(other)]).toEqual([401, 200]);
  });

  it('that revokes the key ends every token that it signed', async () => {
    const token = await fresh('acme');
    await record('kid', decodeProtectedHeader(token).kid!);
    expect(await status(token)).toBe(401);
    await db.query(`delete from ledger_entries where kind = 'kid'`);
  });
});
