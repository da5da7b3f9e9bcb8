import { type MigrationInterface, type QueryRunner } from 'typeorm';
import { runStatements } from './run-statements.js';

/** Accounts, workspaces, roles, resource servers, clients and their secrets. */
export class TenantsAndClients1700000000002 implements MigrationInterface {
  name = 'TenantsAndClients1700000000002';

  async up(runner: QueryRunner): Promise<void> {
    await runStatements(runner, [...TENANTS, ...GRANTS_OF_ROLES, ...CLIENTS, ...TRIGGERS, ...ROW_SECURITY]);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(
      'drop table client_secrets, client_audiences, clients, resource_server_role_scopes, resource_servers, roles, workspaces, accounts',
    );
  }
}

const ENDED = 'ended_at timestamptz, ended_by text, ended_reason text';
const CHANGED = 'created_at timestamptz not null, updated_at timestamptz not null, version integer not null default 1';

const TENANTS = [
  `create table accounts (
     id text collate "C" constraint accounts_pkey primary key,
     name text not null,
     plan text not null,
     status text not null default 'active',
     ${CHANGED}, ${ENDED},
     constraint accounts_plan check (plan in ('free', 'pro', 'enterprise')),
     constraint accounts_status check (status in ('active', 'suspended')))`,
  `create table workspaces (
     id text collate "C" constraint workspaces_pkey primary key,
     account_id text collate "C" not null,
     name text not null,
     slug text not null,
     ${CHANGED}, ${ENDED},
     constraint workspaces_account_id_fkey foreign key (account_id) references accounts (id),
     constraint workspaces_account_id_id_key unique (account_id, id))`,
  `create unique index workspaces_slug on workspaces (account_id, slug) where ended_at is null`,
];

const GRANTS_OF_ROLES = [
  `create table roles (
     name text collate "C" constraint roles_pkey primary key,
     level text not null,
     scopes text[] not null,
     built_in boolean not null default false,
     ${CHANGED},
     constraint roles_level check (level in ('platform', 'account', 'workspace')))`,
  `create table resource_servers (
     id text collate "C" constraint resource_servers_pkey primary key,
     identifier text collate "C" not null,
     name text not null,
     scopes text[] not null,
     token_ttl_seconds integer,
     signing_alg text not null,
     token_typ text not null default 'at+jwt',
     management boolean not null default false,
     ${CHANGED}, ${ENDED},
     constraint resource_servers_ttl check (token_ttl_seconds between 1 and 2592000),
     constraint resource_servers_typ check (token_typ in ('at+jwt', 'JWT')))`,
  `create unique index resource_servers_identifier on resource_servers (identifier) where ended_at is null`,
  `create unique index resource_servers_management on resource_servers (management) where management`,
  `create table resource_server_role_scopes (
     resource_server_id text collate "C" not null,
     role text collate "C" not null,
     scopes text[] not null,
     constraint resource_server_role_scopes_pkey primary key (resource_server_id, role),
     constraint resource_server_role_scopes_resource_server_id_fkey
       foreign key (resource_server_id) references resource_servers (id),
     constraint resource_server_role_scopes_role_fkey foreign key (role) references roles (name))`,
];

/** Each child repeats its client's tenant, and a composite key ties them: no row of one tenant can hang on another's. */
const CLIENT_CHILD = (table: string): string => `
  client_id text collate "C" not null,
  account_id text collate "C",
  workspace_id text collate "C",
  constraint ${table}_client_id_fkey foreign key (client_id) references clients (id),
  constraint ${table}_account_id_client_id_fkey foreign key (account_id, client_id) references clients (account_id, id),
  constraint ${table}_workspace_id_client_id_fkey foreign key (workspace_id, client_id) references clients (workspace_id, id)`;

const CLIENTS = [
  `create table clients (
     id text collate "C" constraint clients_pkey primary key,
     level text not null,
     account_id text collate "C",
     workspace_id text collate "C",
     name text not null,
     role text collate "C" not null,
     created_by text not null,
     expires_at timestamptz,
     ${CHANGED}, ${ENDED},
     constraint clients_level check (case level
       when 'platform' then account_id is null and workspace_id is null
       when 'account' then account_id is not null and workspace_id is null
       when 'workspace' then account_id is not null and workspace_id is not null
       else false end),
     constraint clients_role_fkey foreign key (role) references roles (name),
     constraint clients_account_id_fkey foreign key (account_id) references accounts (id),
     constraint clients_account_id_workspace_id_fkey
       foreign key (account_id, workspace_id) references workspaces (account_id, id),
     constraint clients_account_id_id_key unique (account_id, id),
     constraint clients_workspace_id_id_key unique (workspace_id, id))`,
  `create table client_audiences (
     resource_server_id text collate "C" not null,
     position integer not null,
     is_default boolean not null default false,
     ${CLIENT_CHILD('client_audiences')},
     constraint client_audiences_pkey primary key (client_id, resource_server_id),
     constraint client_audiences_resource_server_id_fkey
       foreign key (resource_server_id) references resource_servers (id))`,
  `create unique index client_audiences_one_default on client_audiences (client_id) where is_default`,
  `create table client_secrets (
     id text collate "C" constraint client_secrets_pkey primary key,
     pepper_id text collate "C" not null,
     hash bytea not null,
     last4 text not null,
     created_at timestamptz not null,
     expires_at timestamptz,
     ${ENDED},
     ${CLIENT_CHILD('client_secrets')},
     constraint client_secrets_pepper_id_fkey foreign key (pepper_id) references sealed_secrets (id))`,
  `create index client_secrets_client_id on client_secrets (client_id)`,
];

/** Triggers name the columns that a snapshot holds: what a snapshot does not show is changed without a notice. */
const TRIGGERS = [
  ['accounts', 'status, ended_at', 'account', 'id'],
  ['workspaces', 'ended_at', 'workspace', 'id'],
  ['roles', 'level, scopes', 'role', 'name'],
  [
    'resource_servers',
    'identifier, scopes, token_ttl_seconds, signing_alg, token_typ, ended_at',
    'resource_server',
    'id',
  ],
  ['resource_server_role_scopes', 'scopes', 'resource_server', 'resource_server_id'],
  ['clients', 'role, expires_at, ended_at', 'client', 'id'],
  ['client_audiences', 'resource_server_id, position, is_default', 'client', 'client_id'],
  ['client_secrets', 'hash, expires_at, ended_at', 'client', 'client_id'],
].map(
  ([table = '', columns = '', kind = '', id = '']) =>
    `create trigger ${table}_notice after insert or delete or update of ${columns} on ${table}
       for each row execute function notify_change('${kind}', '${id}')`,
);

const PLATFORM = `current_setting('claviger.level', true) = 'platform'`;

const ROW_SECURITY = [
  ...[
    'accounts',
    'workspaces',
    'roles',
    'resource_servers',
    'resource_server_role_scopes',
    'clients',
    'client_audiences',
    'client_secrets',
  ].map((table) => `alter table ${table} enable row level security`),
  `create policy accounts_tenant on accounts to claviger_app using (reaches(id, null))`,
  `create policy workspaces_tenant on workspaces to claviger_app using (reaches(account_id, id))`,
  ...['clients', 'client_audiences', 'client_secrets'].map(
    (table) => `create policy ${table}_tenant on ${table} to claviger_app using (reaches(account_id, workspace_id))`,
  ),
  ...['roles', 'resource_servers', 'resource_server_role_scopes'].flatMap((table) => [
    `create policy ${table}_read on ${table} for select to claviger_app using (true)`,
    `create policy ${table}_platform on ${table} to claviger_app using (${PLATFORM})`,
  ]),
  `grant select, insert, update on accounts, workspaces, roles, resource_servers, clients, client_secrets to claviger_app`,
  `grant select, insert, update, delete on resource_server_role_scopes, client_audiences to claviger_app`,
];
