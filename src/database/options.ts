import { type DataSourceOptions } from 'typeorm';
import { type DatabaseLocation } from './location.js';
import { migrations } from './migrations/index.js';
import { PgClient, type PgClientOptions } from './pg-client.js';
import { QuietLogger } from './quiet-logger.js';

const CONNECT_TIMEOUT_MS = 1500;
/** A silent connection is given up after this long: a black-holed pool works again within two seconds. */
const STATEMENT_DEADLINE_MS = 1800;
const POOL_SIZE = 10;

/** A class, as TypeORM and the migrations take it. */
export type EntityClass = new () => object;

/** PostgreSQL's own time-outs, a little shorter than ours, so that a live server says why. */
const POOL_SETTINGS = {
  statement_timeout: '1500',
  lock_timeout: '1000',
  idle_in_transaction_session_timeout: '5000',
  DateStyle: 'ISO',
} as const;

const common = (url: string, entities: readonly EntityClass[]) =>
  ({
    type: 'postgres',
    url,
    entities: [...entities],
    migrations: [...migrations],
    migrationsTableName: 'schema_migrations',
    migrationsTransactionMode: 'each',
    installExtensions: false,
    connectTimeoutMS: CONNECT_TIMEOUT_MS,
    applicationName: 'claviger',
    logger: new QuietLogger(),
  }) as const satisfies DataSourceOptions;

/** The pool that serves requests, through a pooler if there is one. */
export function poolOptions(location: DatabaseLocation, entities: readonly EntityClass[]): DataSourceOptions {
  const client: PgClientOptions = { deadlineMs: STATEMENT_DEADLINE_MS, settings: POOL_SETTINGS, keepAlive: true };
  return { ...common(location.url, entities), poolSize: POOL_SIZE, extra: { ...client, Client: PgClient } };
}

/** Two direct connections for migrations: one holds the lock, one works; no time-out but the one on waiting for locks. */
export function migrationOptions(location: DatabaseLocation, entities: readonly EntityClass[]): DataSourceOptions {
  const client: PgClientOptions = { settings: { lock_timeout: '2000' }, keepAlive: true };
  return { ...common(location.listenUrl, entities), poolSize: 2, extra: { ...client, Client: PgClient } };
}

/** The change feed's own connection. */
export function listenOptions(location: DatabaseLocation): PgClientOptions {
  return {
    connectionString: location.listenUrl,
    application_name: 'claviger-feed',
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    deadlineMs: 3000,
    keepAlive: true,
  };
}
