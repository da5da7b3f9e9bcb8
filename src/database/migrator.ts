import { randomUUID } from 'node:crypto';
import { type DataSource, type QueryRunner } from 'typeorm';
import { type Clock } from '../common/clock.js';
import { StartRefusal } from '../common/errors/start-refusal.js';
import { appRoleOf, ensureAppRole } from './app-role.js';
import { type Moved, moveRights, nothingToMove } from './app-role-move.js';
import { ListeningConnection } from './feed/listening-connection.js';
import { migrations } from './migrations/index.js';
import { type PgClientOptions } from './pg-client.js';
import { publicConnectWarning } from './public-connect.js';

/** Any number that no other program on this database takes. */
const START_LOCK = 0x6376_6772;
const LOCK_PAUSE_MS = 200;
const NOTICE_WAIT_MS = 1000;
const OLDEST_VERSION = 140000;

/** Brings the database to this version, one process at a time. */
export class Migrator {
  private warnedOfPublic = false;

  constructor(
    private readonly pool: DataSource,
    private readonly direct: () => DataSource,
    private readonly listen: PgClientOptions,
    private readonly clock: Clock,
    private readonly warn: (sentence: string) => void,
  ) {}

  /**
   * Proves that notices arrive, then migrates and runs the bootstrap under one lock. The lock is tried, not waited for:
   * a waiting pg_advisory_lock deadlocks with CREATE INDEX CONCURRENTLY.
   * @throws StartRefusal for a fault of configuration
   */
  async run(bootstrap: () => Promise<void>): Promise<void> {
    await this.selfTest();
    const source = await this.direct().initialize();
    const holder = source.createQueryRunner();
    try {
      await refuseOldVersion(holder);
      await takeLock(holder);
      await this.takeRole(source);
      await source.runMigrations();
      await bootstrap();
      await this.warnOfPublic(source);
      await holder.query('select pg_advisory_unlock($1)', [START_LOCK]);
    } finally {
      await holder.release();
      await source.destroy();
    }
  }

  /** Whether the database has the migrations of this version. */
  async isCurrent(): Promise<boolean> {
    const [{ there }] = await this.pool.query<[{ there: boolean }]>(
      `select to_regclass('schema_migrations') is not null as there`,
    );
    if (!there) return false;
    const done = await this.pool.query<{ name: string }[]>('select name from schema_migrations');
    if (!migrations.every((migration) => done.some(({ name }) => name === new migration().name))) return false;
    return nothingToMove(this.pool.manager, await appRoleOf(this.pool));
  }

  private async takeRole({ manager }: DataSource): Promise<void> {
    const role = await ensureAppRole(manager);
    const moved = await moveRights(manager, role);
    if (moved.from.length > 0) this.warn(sentenceOf(moved, role));
  }

  /** Once, however often the start is tried. */
  private async warnOfPublic({ manager }: DataSource): Promise<void> {
    const warning = this.warnedOfPublic ? null : await publicConnectWarning(manager);
    if (warning === null) return;
    this.warnedOfPublic = true;
    this.warn(warning);
  }

  /** A transaction pooler accepts LISTEN and delivers nothing; so does another database. */
  private async selfTest(): Promise<void> {
    // A channel of its own: that of the feed is not there before the first migration.
    const channel = `claviger_test_${randomUUID()}`;
    let heard: () => void = () => undefined;
    const arrived = new Promise<true>((resolve) => (heard = () => resolve(true)));
    const named = (): Promise<string> => Promise.resolve(channel);
    const connection = await ListeningConnection.open(this.listen, this.clock, named, () => heard());
    try {
      await this.pool.query('select pg_notify($1, $2)', [channel, '']);
      await connection.query('select 1');
      const late = new Promise<false>((resolve) => setTimeout(() => resolve(false), NOTICE_WAIT_MS));
      if (await Promise.race([arrived, late])) return;
    } finally {
      connection.close();
    }
    throw new StartRefusal(
      'A notice sent through DATABASE_URL does not reach the connection that listens: set DATABASE_LISTEN_URL to a ' +
        'direct connection to the same database, past any pooler in transaction mode.',
    );
  }
}

function sentenceOf({ from, left }: Moved, role: string): string {
  const stay = 'still there: another database needs it, or only a superuser may drop it';
  const rest = left.length > 0 ? ` (${left.join(', ')}: ${stay})` : '';
  return `The rights of the database role ${from.join(', ')} are now ${role}'s, which is this database's alone${rest}.`;
}

async function refuseOldVersion(runner: QueryRunner): Promise<void> {
  const rows = (await runner.query("select current_setting('server_version_num')::int as version")) as [
    { version: number },
  ];
  if (rows[0].version < OLDEST_VERSION)
    throw new StartRefusal('DATABASE_URL names a PostgreSQL older than version 14.');
}

async function takeLock(runner: QueryRunner): Promise<void> {
  for (;;) {
    const rows = (await runner.query('select pg_try_advisory_lock($1) as got', [START_LOCK])) as [{ got: boolean }];
    if (rows[0].got) return;
    await new Promise((resolve) => setTimeout(resolve, LOCK_PAUSE_MS));
  }
}
