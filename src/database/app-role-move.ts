import { type EntityManager } from 'typeorm';

/** What the application's role was ever called: one for the cluster, or that of a database by another name. */
const NAMES = '^claviger_app(_[0-9a-f]{32})?$';

/**
 * Statements that give what such roles may do here to the database's own. Objects of owners that the login has no power
 * over are left alone, and so is whatever an operator granted to roles of their own.
 */
const STATEMENTS = `
  with old as (select oid, rolname from pg_roles where rolname ~ '${NAMES}' and rolname <> $1),
  object as (
    select case relkind when 'S' then 'sequence' else 'table' end as kind, oid::regclass::text as name, '' as part,
      relacl as acl, relowner as owner from pg_class
    union all
    select 'table', class.oid::regclass::text, format(' (%I)', attname), attacl, relowner
      from pg_attribute join pg_class class on class.oid = attrelid
    union all
    select 'routine', oid::regprocedure::text, '', proacl, proowner from pg_proc
    union all
    select 'schema', quote_ident(nspname), '', nspacl, nspowner from pg_namespace),
  held as (
    select object.*, privilege_type || part as what, is_grantable, old.oid as from_oid, old.rolname as from_role
    from object cross join lateral aclexplode(acl) join old on old.oid = grantee
    where acl is not null and pg_has_role(owner, 'usage'))
  select 1 as step, from_role, format('grant %s on %s %s to %I%s', what, kind, name, $1::text,
      case when is_grantable then ' with grant option' else '' end) as statement from held
  union all
  select 2, from_role, format('revoke %s on %s %s from %I', what, kind, name, from_role) from held
  union all
  select 3, (select min(rolname) from old where oid = any(polroles)),
    format('alter policy %I on %s to %s', polname, polrelid::regclass,
      (select string_agg(distinct case when old.oid is not null then quote_ident($1::text) when member = 0 then 'public'
         else quote_ident(pg_get_userbyid(member)) end, ', ') from unnest(polroles) member left join old on old.oid = member))
    from pg_policy join pg_class class on class.oid = polrelid
    where exists (select from old where oid = any(polroles)) and pg_has_role(relowner, 'usage')
  order by step`;

interface Step {
  readonly from_role: string;
  readonly statement: string;
}

/** Roles that rights were taken from. */
export interface Moved {
  readonly from: readonly string[];
  /** Those of them that are still there: another database needs them, or the login may not drop them. */
  readonly left: readonly string[];
}

/** Whether no other role of the application's has rights here. */
export async function nothingToMove(manager: EntityManager, role: string): Promise<boolean> {
  return (await manager.query<Step[]>(STATEMENTS, [role])).length === 0;
}

/**
 * Moves the rights of every former role of the application's to the given one, so that a database of an earlier
 * version, under a new name, or made from a template goes on as it was; then the former roles go, where nothing needs
 * them. Idempotent; to be run under the start's lock.
 */
export async function moveRights(manager: EntityManager, role: string): Promise<Moved> {
  return manager.transaction(async (inner) => {
    const steps = await inner.query<Step[]>(STATEMENTS, [role]);
    for (const { statement } of steps) await inner.query(statement);
    const from = [...new Set(steps.map((step) => step.from_role))];
    const left: string[] = [];
    for (const former of from) if (!(await leave(inner, former))) left.push(former);
    return { from, left };
  });
}

/** @returns whether the role has gone */
async function leave(manager: EntityManager, role: string): Promise<boolean> {
  if (await succeeds(manager, `drop role ${role}`)) return true;
  // A database that the login also serves, and that this role's rights are still in, goes on with it.
  const needed = await manager.query<unknown[]>(
    `select from pg_shdepend held join pg_shdepend owned on owned.deptype = 'o' and pg_has_role(owned.refobjid, 'member')
       and (owned.dbid = held.dbid or owned.classid = 'pg_database'::regclass and owned.objid = held.dbid)
     where held.refclassid = 'pg_authid'::regclass and held.refobjid = $1::regrole and held.dbid <> 0 limit 1`,
    [role],
  );
  if (needed.length === 0) await succeeds(manager, `revoke ${role} from current_user`);
  return false;
}

/** What only a superuser may do, or another database forbids, stays undone. */
async function succeeds(manager: EntityManager, statement: string): Promise<boolean> {
  try {
    await manager.transaction((inner) => inner.query(statement));
    return true;
  } catch {
    return false;
  }
}
