import { type MigrationInterface, type QueryRunner } from 'typeorm';
import { runStatements } from './run-statements.js';

/** People, the audit trail, repeated requests, the use of secrets, and what resource servers gain. */
export class Management1700000000003 implements MigrationInterface {
  name = 'Management1700000000003';

  async up(runner: QueryRunner): Promise<void> {
    await runStatements(runner, [
      ...USERS,
      ...AUDIT,
      ...IDEMPOTENCY,
      ...SECRET_USES,
      ...REVOCATIONS,
      ...RESOURCE_SERVERS,
      ...TENANTS,
    ]);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop function ledger_revoke(text, text, timestamptz, timestamptz, integer)');
    await runner.query('alter table ledger_entries drop column owner');
    await runner.query('alter table workspaces drop column created_by');
    await runner.query('drop index clients_account_id, clients_workspace_id');
    await runner.query('drop trigger resource_servers_notice on resource_servers');
    await runner.query(
      `create trigger resource_servers_notice after insert or delete or update of
         identifier, scopes, token_ttl_seconds, signing_alg, token_typ, ended_at
         on resource_servers for each row execute function notify_change('resource_server', 'id')`,
    );
    await runner.query(
      'alter table resource_servers drop column token_format, drop column next_signing_alg, drop column next_signing_alg_from',
    );
    await runner.query('drop trigger client_audiences_living on client_audiences');
    await runner.query('drop function audience_lives()');
    await runStatements(runner, ['revoke delete on roles from claviger_app']);
    await runner.query('alter table client_secrets drop column expires_at_before');
    await runner.query('drop policy accounts_own on accounts');
    await runner.query('drop table resource_server_clients, client_secret_uses, idempotency_keys');
    await runner.query('drop function audit_next(text)');
    await runner.query('drop table audit_events, audit_heads, user_credentials, users');
  }
}

const USERS = [
  `create table users (
     id text collate "C" constraint users_pkey primary key,
     account_id text collate "C" not null,
     workspace_id text collate "C",
     email text not null,
     name text not null,
     role text collate "C" not null,
     status text not null,
     created_by text not null,
     created_at timestamptz not null, updated_at timestamptz not null, version integer not null default 1,
     ended_at timestamptz, ended_by text, ended_reason text,
     constraint users_status check (status in ('invited', 'active')),
     constraint users_account_id_fkey foreign key (account_id) references accounts (id),
     constraint users_account_id_workspace_id_fkey
       foreign key (account_id, workspace_id) references workspaces (account_id, id),
     constraint users_role_fkey foreign key (role) references roles (name),
     constraint users_account_id_id_key unique (account_id, id),
     constraint users_workspace_id_id_key unique (workspace_id, id))`,
  // The address is stored in lower case, so that one person is one row whatever is typed.
  `create unique index users_email on users (account_id, email) where ended_at is null`,
  `create index users_by_email on users (email) where ended_at is null`,
  `create trigger users_notice after insert or delete or update of workspace_id, role, ended_at on users
     for each row execute function notify_change('user', 'id')`,
  // What signing in writes notifies nobody: it is read where it is needed.
  `create table user_credentials (
     user_id text collate "C" constraint user_credentials_pkey primary key,
     account_id text collate "C" not null,
     workspace_id text collate "C",
     password_hash text,
     setup_pepper_id text collate "C",
     setup_hash bytea,
     setup_expires_at timestamptz,
     last_login_at timestamptz,
     constraint user_credentials_user_id_fkey foreign key (user_id) references users (id),
     constraint user_credentials_setup check ((setup_pepper_id is null) = (setup_hash is null)
       and (setup_hash is null) = (setup_expires_at is null)),
     constraint user_credentials_setup_pepper_id_fkey foreign key (setup_pepper_id) references sealed_secrets (id),
     constraint user_credentials_account_id_user_id_fkey foreign key (account_id, user_id) references users (account_id, id),
     constraint user_credentials_workspace_id_user_id_fkey
       foreign key (workspace_id, user_id) references users (workspace_id, id))`,
  // A setup token names nobody: it is found by its hash.
  `create unique index user_credentials_setup_hash on user_credentials (setup_hash) where setup_hash is not null`,
  ...['users', 'user_credentials'].flatMap(secured),
  `grant select, insert, update on users, user_credentials to claviger_app`,
];

/**
 * The trail of each account is a chain: a row's number is its predecessor's plus one, and its hash covers the
 * predecessor's. The application inserts rows and asks for the next number; it can change nothing that is there.
 */
const AUDIT = [
  `create table audit_heads (
     chain text collate "C" constraint audit_heads_pkey primary key,
     number bigint not null)`,
  `create table audit_events (
     id text collate "C" constraint audit_events_pkey primary key,
     chain text collate "C" not null,
     number bigint not null,
     hash bytea not null,
     account_id text collate "C",
     workspace_id text collate "C",
     at timestamptz not null,
     last_at timestamptz not null,
     count integer not null,
     actor_type text not null,
     actor_id text,
     on_behalf_of text,
     action text not null,
     reason text,
     object_type text not null,
     object_id text,
     changes json,
     outcome text not null,
     address text,
     request_id text,
     constraint audit_events_chain_number_key unique (chain, number),
     constraint audit_events_chain check (chain = coalesce(account_id, 'platform')),
     constraint audit_events_outcome check (outcome in ('done', 'refused')))`,
  `create index audit_events_account_id on audit_events (account_id, id)`,
  `create index audit_events_workspace_id on audit_events (workspace_id, id)`,
  `create index audit_events_object_id on audit_events (object_id, id)`,
  `create index audit_events_actor_id on audit_events (actor_id, id)`,
  `create index audit_events_action on audit_events (action, id)`,
  // Whoever asks for an outcome asks for the refusals, which are few.
  `create index audit_events_refused on audit_events (id) where outcome = 'refused'`,
  `select set_config('search_path', quote_ident(current_schema()) || ', pg_temp', true)`,
  `create function audit_next(of_chain text, out number bigint, out previous bytea)
     language plpgsql security definer set search_path from current as $$
   begin
     insert into audit_heads as head (chain, number) values (of_chain, 1)
       on conflict (chain) do update set number = head.number + 1 returning head.number into audit_next.number;
     select event.hash into audit_next.previous from audit_events event
       where event.chain = of_chain and event.number = audit_next.number - 1;
   end $$`,
  `revoke all on function audit_next(text) from public`,
  `grant execute on function audit_next(text) to claviger_app`,
  `alter table audit_events enable row level security`,
  // A workspace's row must be its own account's, too: it is a link of that account's chain.
  `create policy audit_events_tenant on audit_events to claviger_app using (reaches(account_id, workspace_id))
     with check (reaches(account_id, workspace_id) and (current_setting('claviger.level', true) = 'platform'
       or account_id = current_setting('claviger.account_id', true)))`,
  `grant select, insert on audit_events to claviger_app`,
];

const IDEMPOTENCY = [
  `create table idempotency_keys (
     principal_id text collate "C" not null,
     endpoint text collate "C" not null,
     key text collate "C" not null,
     account_id text collate "C",
     workspace_id text collate "C",
     request_hash bytea not null,
     object json not null,
     expires_at timestamptz not null,
     constraint idempotency_keys_pkey primary key (principal_id, endpoint, key))`,
  `create index idempotency_keys_expires_at on idempotency_keys (expires_at)`,
  ...secured('idempotency_keys'),
  `grant select, insert, delete on idempotency_keys to claviger_app`,
];

/**
 * What traffic writes lies in a table that notifies nobody. A secret that is being retired remembers the end that it had
 * before, for a rotation that is cancelled; no snapshot shows it.
 */
const SECRET_USES = [
  `alter table client_secrets add column expires_at_before timestamptz`,
  `create table client_secret_uses (
     secret_id text collate "C" constraint client_secret_uses_pkey primary key,
     account_id text collate "C",
     workspace_id text collate "C",
     first_used_at timestamptz not null,
     last_used_at timestamptz not null,
     last_used_from text,
     use_count bigint not null,
     constraint client_secret_uses_secret_id_fkey foreign key (secret_id) references client_secrets (id))`,
  ...secured('client_secret_uses'),
  `grant select on client_secret_uses to claviger_app`,
];

/**
 * Single revocations are counted by whom the token belongs to, under the head's lock, so that nobody fills the ledger.
 * Answers when the first of too many expires; null if this one was recorded.
 */
const REVOCATIONS = [
  `alter table ledger_entries add column owner text collate "C"`,
  `create index ledger_entries_owner on ledger_entries (owner, expires_at) where owner is not null`,
  `select set_config('search_path', quote_ident(current_schema()) || ', pg_temp', true)`,
  `create function ledger_revoke(token_jti text, token_owner text, token_expires_at timestamptz, at timestamptz, most integer)
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
  `revoke all on function ledger_revoke(text, text, timestamptz, timestamptz, integer) from public`,
  `grant execute on function ledger_revoke(text, text, timestamptz, timestamptz, integer) to claviger_app`,
];

const RESOURCE_SERVERS = [
  `alter table resource_servers
     add column token_format text not null default 'jwt' constraint resource_servers_format check (token_format in ('jwt', 'opaque')),
     add column next_signing_alg text, add column next_signing_alg_from timestamptz`,
  `drop trigger resource_servers_notice on resource_servers`,
  `create trigger resource_servers_notice after insert or delete or update of
     identifier, scopes, token_ttl_seconds, signing_alg, next_signing_alg, next_signing_alg_from, token_typ, token_format, ended_at
     on resource_servers for each row execute function notify_change('resource_server', 'id')`,
  `create table resource_server_clients (
     resource_server_id text collate "C" not null,
     client_id text collate "C" not null,
     constraint resource_server_clients_pkey primary key (resource_server_id, client_id),
     constraint resource_server_clients_resource_server_id_fkey
       foreign key (resource_server_id) references resource_servers (id),
     constraint resource_server_clients_client_id_fkey foreign key (client_id) references clients (id))`,
  `create trigger resource_server_clients_notice after insert or delete on resource_server_clients
     for each row execute function notify_change('resource_server', 'resource_server_id')`,
  `alter table resource_server_clients enable row level security`,
  // A reader sees those that it reaches: the policy of clients holds within this one.
  `create policy resource_server_clients_read on resource_server_clients for select to claviger_app
     using (exists (select from clients where clients.id = client_id))`,
  `create policy resource_server_clients_platform on resource_server_clients to claviger_app
     using (current_setting('claviger.level', true) = 'platform')`,
  `grant select, insert, delete on resource_server_clients to claviger_app`,
  `grant delete on roles to claviger_app`,
  // An API that has ended stays as a row, which the foreign key alone would take: this one wants a living one, and its
  // lock makes whoever ends the API wait for whoever begins to use it.
  `select set_config('search_path', quote_ident(current_schema()) || ', pg_temp', true)`,
  `create function audience_lives() returns trigger language plpgsql security definer set search_path from current as $$
   begin
     perform from resource_servers where id = new.resource_server_id and ended_at is null for key share;
     if not found then
       raise foreign_key_violation using message = 'the resource server has ended', constraint = tg_name;
     end if;
     return null;
   end $$`,
  `create trigger client_audiences_living after insert or update of resource_server_id on client_audiences
     for each row execute function audience_lives()`,
];

/** Who made a workspace; what lists of clients walk along; and a workspace's own account, whose plan counts for its clients. */
const TENANTS = [
  `create policy accounts_own on accounts for select to claviger_app
     using (id = current_setting('claviger.account_id', true))`,
  `alter table workspaces add column created_by text not null default 'system'`,
  `alter table workspaces alter column created_by drop default`,
  `create index clients_account_id on clients (account_id, id)`,
  `create index clients_workspace_id on clients (workspace_id, id)`,
];

/** The tenant's rows alone, for reading and for writing. */
function secured(table: string): string[] {
  return [
    `alter table ${table} enable row level security`,
    `create policy ${table}_tenant on ${table} to claviger_app using (reaches(account_id, workspace_id))`,
  ];
}
