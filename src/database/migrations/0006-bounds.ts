import { type MigrationInterface, type QueryRunner } from 'typeorm';
import { runStatements } from './run-statements.js';

/** How long an entry of the ledger must live, and how many clients an account makes in a day. */
export class Bounds1700000000006 implements MigrationInterface {
  name = 'Bounds1700000000006';

  async up(runner: QueryRunner): Promise<void> {
    await runStatements(runner, [...LIVES, ...AUDIENCES, ...PEOPLE, ...CUTS, ...CLIENTS_MADE]);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runStatements(runner, BEFORE);
  }
}

const PATH = `select set_config('search_path', quote_ident(current_schema()) || ', pg_temp', true)`;

/**
 * The longest lives that any start was configured with, in seconds, and the longest that each resource server ever had.
 * They only grow: a process with the longer setting may have minted until a moment ago, or be at it still.
 */
const LIVES = [
  `create table longest_lives (
     what text collate "C" constraint longest_lives_pkey primary key,
     seconds integer not null,
     constraint longest_lives_what check (what in ('access_token', 'login_token', 'stale_grace')))`,
  `alter table resource_servers add column longest_ttl_seconds integer,
     add column had_default_ttl boolean not null default false`,
  `update resource_servers set longest_ttl_seconds = token_ttl_seconds, had_default_ttl = token_ttl_seconds is null`,
  `create function remember_ttl() returns trigger language plpgsql as $$
   begin
     new.longest_ttl_seconds := greatest(new.token_ttl_seconds, case when tg_op = 'UPDATE' then old.longest_ttl_seconds end);
     new.had_default_ttl := new.token_ttl_seconds is null or (tg_op = 'UPDATE' and old.had_default_ttl);
     return new;
   end $$`,
  `create trigger resource_servers_longest
     before insert or update of token_ttl_seconds, longest_ttl_seconds, had_default_ttl
     on resource_servers for each row execute function remember_ttl()`,
];

/** Every resource server that a client has or had among its audiences: tokens for those that were dropped live on. */
const AUDIENCES = [
  `create table client_audience_history (
     client_id text collate "C" not null,
     resource_server_id text collate "C" not null,
     account_id text collate "C",
     workspace_id text collate "C",
     constraint client_audience_history_pkey primary key (client_id, resource_server_id),
     constraint client_audience_history_client_id_fkey foreign key (client_id) references clients (id),
     constraint client_audience_history_account_id_client_id_fkey
       foreign key (account_id, client_id) references clients (account_id, id),
     constraint client_audience_history_workspace_id_client_id_fkey
       foreign key (workspace_id, client_id) references clients (workspace_id, id),
     constraint client_audience_history_resource_server_id_fkey
       foreign key (resource_server_id) references resource_servers (id))`,
  `insert into client_audience_history (client_id, resource_server_id, account_id, workspace_id)
     select client_id, resource_server_id, account_id, workspace_id from client_audiences`,
  `create index client_audience_history_account_id on client_audience_history (account_id, resource_server_id)`,
  `create index client_audience_history_workspace_id on client_audience_history (workspace_id, resource_server_id)`,
  `alter table client_audience_history enable row level security`,
  `create policy client_audience_history_tenant on client_audience_history to claviger_app
     using (reaches(account_id, workspace_id))`,
  `grant select on client_audience_history to claviger_app`,
  PATH,
  `create function remember_audience() returns trigger
     language plpgsql security definer set search_path from current as $$
   begin
     insert into client_audience_history (client_id, resource_server_id, account_id, workspace_id)
       values (new.client_id, new.resource_server_id, new.account_id, new.workspace_id) on conflict do nothing;
     return null;
   end $$`,
  `create trigger client_audiences_history after insert or update of resource_server_id on client_audiences
     for each row execute function remember_audience()`,
];

/** Whether somebody in a tenant could ever sign in is one look at an index. */
const PEOPLE = [
  `create index user_credentials_account_id on user_credentials (account_id) where password_hash is not null`,
  `create index user_credentials_workspace_id on user_credentials (workspace_id) where password_hash is not null`,
];

/**
 * How long a token of a subject can live, in seconds; null where it can hold none. Past lives count, so whatever was
 * minted before a setting was lowered or an audience dropped is in it.
 *
 * A person's tokens all come from a password, and a password that was set is never taken away again. A client's are for
 * its audiences. What has left a workspace or an account (a client or person that was ended, a person that was moved)
 * left with a cut of its own, so what is in it now is enough.
 *
 * A new kind of credential gets a branch of its own here (until then its cuts live as long as any token may), and is
 * added to the branches of workspace and account, which would else leave no entry for a tenant that has nothing but it.
 */
const LONGEST_LIFE = [
  `create function life_of_server(longest_ttl_seconds integer, had_default_ttl boolean) returns integer
     language sql stable as $$
     select greatest(longest_ttl_seconds, case when had_default_ttl then
       coalesce((select seconds from longest_lives where what = 'access_token'), 2592000) end) $$`,
  `create function life_of_login() returns integer language sql stable as $$
     select coalesce((select seconds from longest_lives where what = 'login_token'), 2592000) $$`,
  // One probe of an index for each resource server, however many clients a tenant has.
  `create function longest_life(kind text, of_id text) returns integer language plpgsql as $$
   begin
     case kind
     when 'client' then return (
       select max(life_of_server(server.longest_ttl_seconds, server.had_default_ttl))
       from client_audience_history had join resource_servers server on server.id = had.resource_server_id
       where had.client_id = of_id);
     when 'user' then return (
       select life_of_login() from user_credentials where user_id = of_id and password_hash is not null);
     when 'workspace' then return greatest(
       (select max(life_of_server(server.longest_ttl_seconds, server.had_default_ttl))
        from resource_servers server cross join lateral (select from client_audience_history had
          where had.workspace_id = of_id and had.resource_server_id = server.id limit 1) used),
       (select life_of_login() from user_credentials
        where workspace_id = of_id and password_hash is not null limit 1));
     when 'account' then return greatest(
       (select max(life_of_server(server.longest_ttl_seconds, server.had_default_ttl))
        from resource_servers server cross join lateral (select from client_audience_history had
          where had.account_id = of_id and had.resource_server_id = server.id limit 1) used),
       (select life_of_login() from user_credentials
        where account_id = of_id and password_hash is not null limit 1));
     when 'issuer' then return greatest(life_of_login(),
       (select max(life_of_server(longest_ttl_seconds, had_default_ttl)) from resource_servers));
     else return 2592000;
     end case;
   end $$`,
];

/**
 * A cut lives from its position for the longest life of its subject's tokens, and for as long as a process that is cut
 * off mints on (STALE_GRACE_SECONDS), and a minute: between position and commit, while a sign-in waits for its turn, and
 * for what verifiers allow to clocks, a token may still come to be or be taken. What can hold no token needs no entry.
 *
 * Why the bound holds: the position is taken and the lives are read under the head's lock, and whatever makes a longer
 * token possible holds the same lock until it commits (ledger_order, or a cut of its own). So it came first, and is
 * read here; or it commits after this cut, and then a process that knows of it has loaded it with a head, and so a rev,
 * that is not below this cut. A new password cuts its person and a person who moves is cut, so both hold the head; and
 * of one person, the row's lock settles whether the password was there.
 *
 * The name before the head, as everywhere.
 */
const CUTS = [
  PATH,
  ...LONGEST_LIFE,
  `create function ledger_cut(kind text, of_id text) returns bigint
     language plpgsql security definer set search_path from current as $$
   declare subject text := kind || ':' || of_id; life integer; next bigint;
   begin
     perform pg_advisory_xact_lock(ledger_name('cut', subject));
     select greatest(position + 1, floor(extract(epoch from clock_timestamp()) * 1000)::bigint) into next
       from ledger_head where one = 1 for no key update;
     life := longest_life(kind, of_id);
     if life is null then return null; end if;
     life := life + coalesce((select seconds from longest_lives where what = 'stale_grace'), 2592000) + 60;
     return ledger_record('cut', subject, to_timestamp(next / 1000.0) + make_interval(secs => life));
   end $$`,
  `create function ledger_order() returns void language plpgsql security definer set search_path from current as $$
   begin
     perform from ledger_head where one = 1 for no key update;
   end $$`,
  ...['longest_life(text, text)', 'ledger_cut(text, text)', 'ledger_order()'].map(
    (name) => `revoke all on function ${name} from public`,
  ),
  `grant execute on function ledger_cut(text, text), ledger_order() to claviger_app`,
];

/**
 * Whether the transaction's account has made as many clients as it may since a moment: counted in all its workspaces, of
 * which a principal may see one, so nothing is told but a time. The account's row makes those who ask at once take turns.
 * Answers the least id of the moment that must pass first; null where there is room.
 */
const CLIENTS_MADE = [
  `alter table clients add column counted boolean not null default false`,
  PATH,
  `create function clients_made(since text, most integer) returns text
     language plpgsql security definer set search_path from current as $$
   declare account text := current_setting('claviger.account_id', true); oldest text;
   begin
     perform from accounts where id = account for no key update;
     select id into oldest from clients where account_id = account and id >= since and counted
       order by id desc offset most - 1 limit 1;
     return rpad(left(oldest, 14), 30, '0');
   end $$`,
  `revoke all on function clients_made(text, integer) from public`,
  `grant execute on function clients_made(text, integer) to claviger_app`,
];

const BEFORE = [
  `drop function clients_made(text, integer)`,
  `alter table clients drop column counted`,
  `drop function ledger_order(), ledger_cut(text, text), longest_life(text, text), life_of_login(),
     life_of_server(integer, boolean)`,
  `drop index user_credentials_account_id, user_credentials_workspace_id`,
  `drop trigger client_audiences_history on client_audiences`,
  `drop function remember_audience()`,
  `drop table client_audience_history`,
  `drop trigger resource_servers_longest on resource_servers`,
  `drop function remember_ttl()`,
  `alter table resource_servers drop column longest_ttl_seconds, drop column had_default_ttl`,
  `drop table longest_lives`,
];
