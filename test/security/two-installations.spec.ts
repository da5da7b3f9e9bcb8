import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type INestApplicationContext } from '@nestjs/common';
import pg from 'pg';
import { SYSTEM } from '../../src/common/access/principal.js';
import { AccountsService } from '../../src/workspaces/accounts.service.js';
import { application } from '../support/application.js';
import { Installation } from '../support/installation.js';
import { Service } from '../support/service.js';
import { asAdmin } from '../support/test-database.js';

const TABLES = ['accounts', 'clients', 'client_secrets', 'users', 'user_credentials', 'signing_keys', 'sealed_secrets'];
/** What an attacker adds: a tenant that is everybody. */
const EVERYBODY = `set claviger.level = 'platform'`;

/** Before version 16, CREATEROLE gives itself every role there is, so that logins must do without. */
async function rightsHere(): Promise<string> {
  const client = new pg.Client(process.env.CLAVIGER_TEST_DATABASE_URL);
  await client.connect();
  const { rows } = await client.query<{ version: number }>(
    `select current_setting('server_version_num')::int as version`,
  );
  await client.end();
  return rows[0]!.version >= 160000 ? 'createrole' : '';
}

const makeAccount = async (app: INestApplicationContext): Promise<string> =>
  (await app.get(AccountsService).create(SYSTEM, { name: 'Acme', plan: 'pro' })).object.id;

/** Starts an installation as a start does, makes an account in it, and ends it. */
async function used(installation: Installation, url = installation.url): Promise<void> {
  const { app, close } = await application(url);
  await makeAccount(app);
  await close();
}

describe('two installations of one cluster', () => {
  let rights: string;
  let mine: Installation;
  let theirs: Installation;

  /** Every role that the login may take in the other's database, and what it reads there by it. */
  async function readByAnyRole(): Promise<string[]> {
    const names = await mine.query<{ name: string }>('select rolname as name from pg_roles', theirs.database);
    const read: string[] = [];
    for (const { name } of names) {
      const take = `set role ${pg.escapeIdentifier(name)}`;
      if ((await mine.fault(take, theirs.database)) !== null) continue;
      for (const table of TABLES)
        if ((await mine.fault(`${take}; ${EVERYBODY}; select * from ${table}`, theirs.database)) === null)
          read.push(`${name} reads ${table}`);
    }
    return read;
  }

  beforeAll(async () => {
    rights = await rightsHere();
    [mine, theirs] = [await Installation.make(rights), await Installation.make(rights)];
    for (const { role, login } of rights === '' ? [mine, theirs] : []) {
      await asAdmin(`create role ${role} nologin`);
      await asAdmin(`grant ${role} to ${login}`);
    }
    await used(mine);
    await used(theirs);
  }, 60_000);

  afterAll(async () => {
    await mine.drop();
    await theirs.drop();
  });

  it('have a role each, which the login of the other may not take', async () => {
    expect(mine.role).toMatch(/^claviger_app_[0-9a-f]{32}$/);
    expect(theirs.role).not.toBe(mine.role);
    for (const database of [mine.database, theirs.database]) {
      expect(await mine.fault(`set role ${theirs.role}`, database)).toBe('42501');
      expect(await theirs.fault(`set role ${mine.role}`, database)).toBe('42501');
    }
    expect(await mine.fault(`grant ${theirs.role} to current_user`)).toBe('42501');
  });

  it('read nothing of each other by any role, though everybody may connect', async () => {
    expect(await mine.fault('select 1', theirs.database)).toBeNull();
    expect(await theirs.query(`set role ${theirs.role}; ${EVERYBODY}; select * from accounts`)).not.toEqual([]);
    expect(await readByAnyRole()).toEqual([]);
  });

  it('warn once at the start while everybody may connect, with SQL that ends it, and with no secret', async () => {
    const warnings = async (): Promise<string[]> => {
      const service = await Service.start({ DATABASE_URL: theirs.url, LOG_LEVEL: 'warn' });
      await service.stop();
      const lines = service.output.split('\n').filter((line) => line.includes('"context":"Database"'));
      expect(service.output).not.toContain(theirs.password);
      return lines.map((line) => (JSON.parse(line) as { msg: string }).msg);
    };
    const [warning, ...more] = await warnings();
    expect(warning).toContain('Every login of this PostgreSQL server may connect');
    expect(more).toEqual([]);

    await theirs.query(/GRANT .*$/.exec(warning!)![0]);
    expect(await warnings()).toEqual([]);
    expect(await mine.fault('select 1', theirs.database)).toBe('42501');
  }, 60_000);

  it('are refused a role that another login made first and kept for itself', async () => {
    const victim = await Installation.make('');
    const squatter = await Installation.make('createrole');
    try {
      await squatter.query(`create role ${victim.role} nologin`);
      await squatter.query(`grant ${victim.role} to ${victim.login}`);
      await squatter.query(`grant ${victim.role} to ${squatter.login}`);
      await expect(used(victim)).rejects.toThrow(`REVOKE ${victim.role} FROM ${squatter.login} CASCADE`);
      expect(await victim.query("select 1 from pg_tables where tablename = 'clients'")).toEqual([]);
    } finally {
      await squatter.query(`drop role ${victim.role}`);
      await squatter.drop();
      await victim.drop();
    }
  }, 60_000);

  it('are refused a role that somebody may log in as', async () => {
    const victim = await Installation.make('');
    try {
      await asAdmin(`create role ${victim.role} login password 'known'`);
      await asAdmin(`grant ${victim.role} to ${victim.login}`);
      await expect(used(victim)).rejects.toThrow(`ALTER ROLE ${victim.role} NOLOGIN`);
      await asAdmin(`alter role ${victim.role} nologin`);
      await used(victim);
    } finally {
      await victim.drop();
    }
  }, 60_000);

  it('are told the SQL to run, with their own role, where the login may make none', async () => {
    const plain = await Installation.make('');
    try {
      const told = await used(plain).then(String, String);
      const sql = /CREATE ROLE .*$/.exec(told)![0];
      expect(sql).toBe(`CREATE ROLE ${plain.role} NOLOGIN; GRANT ${plain.role} TO ${plain.login};`);
      await asAdmin(sql);
      await used(plain);
    } finally {
      await plain.drop();
    }
  }, 60_000);
});
