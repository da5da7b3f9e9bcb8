import { type MigrationInterface, type QueryRunner } from 'typeorm';
import { runStatements } from './run-statements.js';

/** Notices, the ledger of cuts, and what every tenant row hangs on. */
export class Base1700000000001 implements MigrationInterface {
  name = 'Base1700000000001';

  async up(runner: QueryRunner): Promise<void> {
    await runStatements(runner, [...NOTICES, ...LEDGER, ...SEALED, ...REACH]);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop function reaches(text, text)');
    await runner.query('drop table signing_keys, sealed_secrets');
    await runner.query('drop function ledger_record(text, text, timestamptz)');
    await runner.query('drop table ledger_entries, ledger_head');
    await runner.query('drop function notify_change()');
    await runStatements(runner, [
      `do $$ begin execute format('revoke usage on schema %I from claviger_app', current_schema()); end $$`,
    ]);
  }
}

/** A trigger names the kind of object and the column that holds its id; a transaction's equal notices are one. */
const NOTICES = [
  `do $$ begin execute format('grant usage on schema %I to claviger_app', current_schema()); end $$`,
  `create function notify_change() returns trigger language plpgsql as $$
   begin
     perform pg_notify('claviger', tg_argv[0] || ' ' || (to_jsonb(coalesce(new, old)) ->> tg_argv[1]));
     return null;
   end $$`,
];

/**
 * A cut takes the next position under the head's row lock: PostgreSQL's milliseconds, or the last position + 1 if that
 * is more. The application may execute the function and has no right on the tables.
 */
const LEDGER = [
  `create table ledger_head (
     one integer constraint ledger_head_pkey primary key,
     position bigint not null,
     constraint ledger_head_one check (one = 1))`,
  `insert into ledger_head (one, position) values (1, 1)`,
  `create table ledger_entries (
     kind text collate "C" not null,
     subject text collate "C" not null,
     position bigint not null,
     expires_at timestamptz not null,
     constraint ledger_entries_pkey primary key (kind, subject),
     constraint ledger_entries_kind check (kind in ('cut', 'jti', 'kid')))`,
  `create index ledger_entries_expires_at on ledger_entries (expires_at)`,
  `select set_config('search_path', quote_ident(current_schema()) || ', pg_temp', true)`,
  `create function ledger_record(entry_kind text, entry_subject text, entry_expires_at timestamptz) returns bigint
     language plpgsql security definer set search_path from current as $$
   declare taken bigint; kept timestamptz;
   begin
     update ledger_head set position = greatest(position + 1, floor(extract(epoch from clock_timestamp()) * 1000)::bigint)
       where one = 1 returning position into taken;
     insert into ledger_entries as entry (kind, subject, position, expires_at)
       values (entry_kind, entry_subject, taken, entry_expires_at)
       on conflict (kind, subject) do update
       set position = excluded.position, expires_at = greatest(entry.expires_at, excluded.expires_at)
       returning expires_at into kept;
     perform pg_notify('claviger', concat_ws(' ', 'ledger', entry_kind, entry_subject, taken,
       floor(extract(epoch from kept) * 1000)::bigint));
     return taken;
   end $$`,
  `revoke all on function ledger_record(text, text, timestamptz) from public`,
  `grant execute on function ledger_record(text, text, timestamptz) to claviger_app`,
];

const SEALED = [
  `create table sealed_secrets (
     id text collate "C" constraint sealed_secrets_pkey primary key,
     purpose text not null constraint sealed_secrets_purpose_key unique,
     sealed text not null,
     created_at timestamptz not null)`,
  `create table signing_keys (
     kid text collate "C" constraint signing_keys_pkey primary key,
     alg text not null,
     state text not null,
     public_jwk jsonb not null,
     sealed_private text,
     published_at timestamptz not null,
     activated_at timestamptz,
     signs_from timestamptz,
     retiring_at timestamptz,
     removable_at timestamptz,
     revoked_at timestamptz,
     version integer not null default 1,
     constraint signing_keys_state check (state in ('published', 'active', 'retiring', 'revoked')))`,
  `create unique index signing_keys_one_active on signing_keys (alg) where state = 'active'`,
  `create unique index signing_keys_one_published on signing_keys (alg) where state = 'published'`,
  `create trigger signing_keys_notice after insert or delete or update of state, sealed_private, signs_from, removable_at
     on signing_keys for each row execute function notify_change('signing_key', 'kid')`,
  `alter table signing_keys enable row level security`,
  `create policy signing_keys_platform on signing_keys to claviger_app
     using (current_setting('claviger.level', true) = 'platform')`,
  `grant select, insert, update on signing_keys to claviger_app`,
];

/** Whether the transaction's principal reaches a row of this account and workspace; the heart of every tenant policy. */
const REACH = [
  `create function reaches(row_account text, row_workspace text) returns boolean language sql stable as $$
     select case current_setting('claviger.level', true)
       when 'platform' then true
       when 'account' then row_account = current_setting('claviger.account_id', true)
       when 'workspace' then row_workspace = current_setting('claviger.workspace_id', true)
       else false end $$`,
];
