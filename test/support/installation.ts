import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { appRoleAt, asAdmin } from './test-database.js';

/** A database of the run's server with a login of its own, which is no superuser: one installation among others. */
export class Installation {
  private constructor(
    readonly login: string,
    readonly url: string,
    /** The role that its requests work as. */
    readonly role: string,
  ) {}

  /** @param rights what the login may, as CREATE ROLE says it */
  static async make(rights: string): Promise<Installation> {
    const name = `test_${randomBytes(6).toString('hex')}`;
    const password = randomBytes(12).toString('hex');
    await asAdmin(`create role ${name} login password '${password}' ${rights}`);
    await asAdmin(`grant ${name} to current_user`);
    await asAdmin(`create database ${name} owner ${name}`);
    const url = Object.assign(new URL(process.env.CLAVIGER_TEST_DATABASE_URL ?? ''), {
      username: name,
      password,
      pathname: `/${name}`,
    }).href;
    return new Installation(name, url, await appRoleAt(url));
  }

  get database(): string {
    return new URL(this.url).pathname.slice(1);
  }

  get password(): string {
    return new URL(this.url).password;
  }

  /** The same login's address of another database. */
  at(database: string): string {
    return Object.assign(new URL(this.url), { pathname: `/${database}` }).href;
  }

  /** Runs statements as the login in its own database, or in another. */
  async query<Row extends pg.QueryResultRow>(sql: string, database = this.database): Promise<Row[]> {
    const client = new pg.Client({ connectionString: this.at(database) });
    client.on('error', () => undefined);
    await client.connect();
    try {
      const done = (await client.query<Row>(sql)) as pg.QueryResult<Row> | pg.QueryResult<Row>[];
      return Array.isArray(done) ? done.at(-1)!.rows : done.rows;
    } finally {
      await client.end().catch(() => undefined);
    }
  }

  /** The SQLSTATE that the statements fail with; null if they do not. */
  async fault(sql: string, database = this.database): Promise<string | null> {
    return this.query(sql, database).then(
      () => null,
      (error: unknown) => (error as { code?: string }).code ?? 'no code',
    );
  }

  /** @param others databases that the login owns besides */
  async drop(...others: string[]): Promise<void> {
    const maintenance = new URL(process.env.CLAVIGER_TEST_DATABASE_URL ?? '').pathname.slice(1);
    for (const name of [this.database, ...others]) {
      const role = await appRoleAt(this.at(name)).catch(() => this.role);
      await asAdmin(`drop database if exists ${name} with (force)`);
      // By whoever made it: nobody else has a right to.
      for (const drop of [(sql: string) => this.query(sql, maintenance), asAdmin])
        await drop(`drop role if exists ${role}`).catch(() => undefined);
    }
    await asAdmin(`drop role if exists ${this.login}`);
  }
}
