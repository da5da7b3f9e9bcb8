import { afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type INestApplicationContext } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { SYSTEM } from '../../src/common/access/principal.js';
import { moveRights } from '../../src/database/app-role-move.js';
import { DatabaseLocation } from '../../src/database/location.js';
import { migrationOptions } from '../../src/database/options.js';
import { ENTITIES } from '../../src/entities.js';
import { AccountsService } from '../../src/workspaces/accounts.service.js';
import { application } from '../support/application.js';
import { Installation } from '../support/installation.js';
import { appRoleAt, asAdmin } from '../support/test-database.js';

/** The role of earlier versions, one for every database of the cluster. */
const FORMER = 'claviger_app';

/** Who may what, of the roles that are the application's; those of the login and of PUBLIC tell the same story. */
const RIGHTS = `
  select coalesce(grantee::regrole::text, '') as role, object || ' ' || string_agg(privilege_type, ' ' order by privilege_type) as right
  from (select oid::regclass::text as object, relacl as acl from pg_class
        union all select oid::regprocedure::text, proacl from pg_proc
        union all select nspname, nspacl from pg_namespace) object cross join lateral aclexplode(acl)
  where grantee <> 0 and grantee::regrole::text like 'claviger_app%' group by 1, object
  union all
  select unnest(roles)::text, format('%s %s %s %s %s', tablename, policyname, cmd, qual, with_check) from pg_policies
  order by 1, 2`;

describe('a database whose rights name another role', () => {
  let installation: Installation;
  let account: string;
  const others: string[] = [];

  const rightsAt = async (database = installation.database): Promise<{ role: string; right: string }[]> =>
    installation.query(RIGHTS, database);
  const rolesAt = async (database?: string): Promise<string[]> => [
    ...new Set((await rightsAt(database)).map(({ role }) => role)),
  ];
  const isThere = async (role: string, database?: string): Promise<boolean> =>
    (await installation.query(`select 1 from pg_roles where rolname = '${role}'`, database)).length > 0;

  async function started<T>(work: (app: INestApplicationContext) => Promise<T>, url = installation.url): Promise<T> {
    const { app, close } = await application(url);
    try {
      return await work(app);
    } finally {
      await close();
    }
  }

  /** Every change of the management API runs as the application's role. */
  const change = (app: INestApplicationContext): Promise<unknown> =>
    app.get(AccountsService).create(SYSTEM, { name: 'Another', plan: 'pro' });
  const accounts = async (database?: string): Promise<string[]> =>
    (await installation.query<{ id: string }>('select id from accounts', database)).map(({ id }) => id);

  /** Makes of it what an earlier version left: the same rights, but the cluster's role has them. */
  async function asBefore(made: Installation): Promise<void> {
    const location = new DatabaseLocation(made.url, made.url);
    const source = await new DataSource(migrationOptions(location, ENTITIES)).initialize();
    const { left } = await moveRights(source.manager, FORMER);
    await source.destroy();
    // It could be dropped: nothing was forgotten.
    expect(left).toEqual([]);
  }

  beforeAll(async () => {
    await asAdmin(`drop role if exists ${FORMER}`);
  });

  beforeEach(async () => {
    installation = await Installation.make('createrole');
    account = await started(async (app) => {
      return (await app.get(AccountsService).create(SYSTEM, { name: 'Acme', plan: 'pro' })).object.id;
    });
  }, 120_000);

  afterEach(async () => {
    await installation.drop(...others.splice(0));
    await asAdmin(`drop role if exists ${FORMER}`).catch(() => undefined);
  });

  it('of an earlier version starts, loses nothing, and leaves the former role', async () => {
    const before = await rightsAt();
    expect(before.length).toBeGreaterThan(30);
    await installation.query(`create role ${FORMER} nologin; grant ${FORMER} to current_user`);
    await asBefore(installation);
    expect(await rolesAt()).toEqual([FORMER]);

    await started(change);
    expect(await rightsAt()).toEqual(before);
    expect(await accounts()).toContain(account);
    expect(await isThere(FORMER)).toBe(false);
    // Once more changes nothing.
    await started(change);
    expect(await rightsAt()).toEqual(before);
  }, 120_000);

  it('of an earlier version is out of reach of a login that shared its role, as soon as it has started', async () => {
    const neighbour = await Installation.make('createrole');
    const attack = `set role ${FORMER}; set claviger.level = 'platform'; select * from accounts`;
    try {
      await installation.query(`create role ${FORMER} nologin; grant ${FORMER} to current_user, ${neighbour.login}`);
      await asBefore(installation);
      expect(await neighbour.query(attack, installation.database)).not.toEqual([]);
      await started(change);
      expect(await neighbour.fault(attack, installation.database)).not.toBeNull();
    } finally {
      await neighbour.drop();
    }
  }, 120_000);

  it('shares the former role no longer with a database that still works with it', async () => {
    const late = await Installation.make('createrole');
    try {
      await started(change, late.url);
      await installation.query(`create role ${FORMER} nologin`);
      await installation.query(`grant ${FORMER} to current_user; grant ${FORMER} to ${late.login}`);
      await asBefore(installation);
      await asBefore(late);

      await started(change);
      expect(await installation.fault(`set role ${FORMER}`)).toBe('42501');
      const read = `set role ${FORMER}; set claviger.level = 'platform'; select * from accounts`;
      expect(await late.query(read)).not.toEqual([]);
    } finally {
      await late.drop();
    }
  }, 120_000);

  it('under a new name goes on under the role of that name, and the old name’s goes', async () => {
    const renamed = `${installation.database}_b`;
    others.push(renamed);
    await asAdmin(`alter database ${installation.database} rename to ${renamed}`);

    await started(change, installation.at(renamed));
    expect(await rolesAt(renamed)).toEqual([await appRoleAt(installation.at(renamed))]);
    expect(await accounts(renamed)).toContain(account);
    expect(await isThere(installation.role, renamed)).toBe(false);
  }, 120_000);

  it('made from a template has a role of its own, and what it was made from works on meanwhile', async () => {
    const copy = `${installation.database}_c`;
    others.push(copy);
    await asAdmin(`create database ${copy} template ${installation.database} owner ${installation.login}`);

    await started(async (app) => {
      await started(change, installation.at(copy));
      await change(app);
    });
    expect(await rolesAt()).toEqual([installation.role]);
    expect(await rolesAt(copy)).toEqual([await appRoleAt(installation.at(copy))]);
    expect(await accounts(copy)).toContain(account);
  }, 120_000);
});
