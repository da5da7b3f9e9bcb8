import { type MigrationInterface, type QueryRunner } from 'typeorm';
import { runStatements } from './run-statements.js';

/** Notices become hints on a channel of the database's own, and the ledger is asked instead of told. */
export class Hints1700000000004 implements MigrationInterface {
  name = 'Hints1700000000004';

  async up(runner: QueryRunner): Promise<void> {
    await runStatements(runner, [...CHANNEL, ...LEDGER]);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runStatements(runner, BEFORE);
  }
}

const PATH = `select set_config('search_path', quote_ident(current_schema()) || ', pg_temp', true)`;

/**
 * Every login that may connect can notify on any channel that it can name. The functions run as the owner, so that the
 * application's role can notify without reading the name.
 */
const CHANNEL = [
  `create table feed_channel (
     one integer constraint feed_channel_pkey primary key,
     name text not null,
     constraint feed_channel_one check (one = 1))`,
  `insert into feed_channel (one, name) values (1, 'claviger_' || replace(gen_random_uuid()::text, '-', ''))`,
  PATH,
  `create function notify_feed(notice text) returns void language sql security definer set search_path from current as $$
     select pg_notify(name, notice) from feed_channel $$`,
  `revoke all on function notify_feed(text) from public`,
  `create or replace function notify_change() returns trigger
     language plpgsql security definer set search_path from current as $$
   begin
     perform notify_feed(tg_argv[0] || ' ' || (to_jsonb(coalesce(new, old)) ->> tg_argv[1]));
     return null;
   end $$`,
];

/**
 * A notice of the ledger says that there is news, and no more. Whoever writes an entry holds its name alone, and whoever
 * changes something holds the names by which it could be ended, shared, until the commit: so nothing is changed by
 * somebody whose end was answered before.
 */
const LEDGER = [
  `create index ledger_entries_position on ledger_entries (position)`,
  PATH,
  `create function ledger_name(kind text, subject text) returns bigint language sql immutable as $$
     select hashtextextended(kind || ' ' || subject, 7465231) $$`,
  `create or replace function ledger_record(entry_kind text, entry_subject text, entry_expires_at timestamptz) returns bigint
     language plpgsql security definer set search_path from current as $$
   declare taken bigint;
   begin
     perform pg_advisory_xact_lock(ledger_name(entry_kind, entry_subject));
     update ledger_head set position = greatest(position + 1, floor(extract(epoch from clock_timestamp()) * 1000)::bigint)
       where one = 1 returning position into taken;
     insert into ledger_entries as entry (kind, subject, position, expires_at)
       values (entry_kind, entry_subject, taken, entry_expires_at)
       on conflict (kind, subject) do update
       set position = excluded.position, expires_at = greatest(entry.expires_at, excluded.expires_at);
     perform notify_feed('ledger');
     return taken;
   end $$`,
  // The name before the head, as everywhere.
  `create or replace function ledger_revoke(token_jti text, token_owner text, token_expires_at timestamptz, at timestamptz, most integer)
     returns timestamptz language plpgsql security definer set search_path from current as $$
   declare live integer; earliest timestamptz;
   begin
     perform pg_advisory_xact_lock(ledger_name('jti', token_jti));
     perform 1 from ledger_head where one = 1 for update;
     perform 1 from ledger_entries where kind = 'jti' and subject = token_jti;
     if found then return null; end if;
     select count(*), min(expires_at) into live, earliest from ledger_entries
       where owner = token_owner and expires_at > at;
     if live >= most then return earliest; end if;
     perform ledger_record('jti', token_jti, token_expires_at);
     update ledger_entries set owner = token_owner where kind = 'jti' and subject = token_jti;
     return null;
   end $$`,
  `create function ledger_confirm(kinds text[], subjects text[], reached bigint) returns boolean
     language plpgsql security definer set search_path from current as $$
   declare name bigint;
   begin
     for name in select distinct ledger_name(kind, subject) from unnest(kinds, subjects) as given (kind, subject) order by 1
     loop
       perform pg_advisory_xact_lock_shared(name);
     end loop;
     return not exists (select from ledger_entries entry
       join unnest(kinds, subjects) as given (kind, subject) using (kind, subject) where entry.position > reached);
   end $$`,
  `revoke all on function ledger_confirm(text[], text[], bigint) from public`,
  `grant execute on function ledger_confirm(text[], text[], bigint) to claviger_app`,
];

const BEFORE = [
  `drop function ledger_confirm(text[], text[], bigint)`,
  PATH,
  `create or replace function ledger_record(entry_kind text, entry_subject text, entry_expires_at timestamptz) returns bigint
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
  `create or replace function ledger_revoke(token_jti text, token_owner text, token_expires_at timestamptz, at timestamptz, most integer)
     returns timestamptz language plpgsql security definer set search_path from current as $$
   declare live integer; earliest timestamptz;
   begin
     perform 1 from ledger_head where one = 1 for update;
     perform 1 from ledger_entries where kind = 'jti' and subject = token_jti;
     if found then return null; end if;
     select count(*), min(expires_at) into live, earliest from ledger_entries
       where owner = token_owner and expires_at > at;
     if live >= most then return earliest; end if;
     perform ledger_record('jti', token_jti, token_expires_at);
     update ledger_entries set owner = token_owner where kind = 'jti' and subject = token_jti;
     return null;
   end $$`,
  `create or replace function notify_change() returns trigger language plpgsql as $$
   begin
     perform pg_notify('claviger', tg_argv[0] || ' ' || (to_jsonb(coalesce(new, old)) ->> tg_argv[1]));
     return null;
   end $$`,
  `alter function notify_change() security invoker reset search_path`,
  `drop function notify_feed(text)`,
  `drop function ledger_name(text, text)`,
  `drop index ledger_entries_position`,
  `drop table feed_channel`,
];
