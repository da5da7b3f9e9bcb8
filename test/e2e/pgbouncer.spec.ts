import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { APP_ROLE } from '../../src/database/app-role.js';
import { freePort } from '../support/free-port.js';
import { Service } from '../support/service.js';
import { appRoleAt, type TestDatabase, testDatabase } from '../support/test-database.js';

const PATH = `${process.env.PATH ?? ''}:/usr/sbin`;

function hasPgBouncer(): boolean {
  try {
    execFileSync('pgbouncer', ['--version'], { env: { PATH }, stdio: 'ignore' });
    return true;
  } catch {
    process.stderr.write('\n*** PgBouncer is not installed: what poolers do is NOT tested on this machine. ***\n');
    return false;
  }
}

(hasPgBouncer() ? describe : describe.skip)('behind PgBouncer in transaction mode', () => {
  let database: TestDatabase;
  let directory: string;
  let pooler: ChildProcess;
  let poolerUrl: string;

  beforeAll(async () => {
    database = await testDatabase();
    directory = mkdtempSync(join(tmpdir(), 'claviger-pgbouncer-'));
    chmodSync(directory, 0o755);
    const { hostname, port, pathname, username, password } = new URL(database.url);
    const name = pathname.slice(1);
    const poolerPort = await freePort();
    const file = join(directory, 'pgbouncer.ini');
    writeFileSync(
      file,
      `[databases]
${name} = host=${hostname} port=${port} dbname=${name} user=${username} password=${decodeURIComponent(password)}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${poolerPort}
unix_socket_dir =
auth_type = any
pool_mode = transaction
`,
    );
    const user = process.getuid?.() === 0 ? ['-u', 'nobody'] : [];
    pooler = spawn('pgbouncer', [...user, file], { env: { PATH }, stdio: 'ignore' });
    poolerUrl = `postgres://${username}:x@127.0.0.1:${poolerPort}/${name}`;
    await new Promise((resolve) => setTimeout(resolve, 500));
  });

  afterAll(async () => {
    pooler.kill('SIGINT');
    await once(pooler, 'exit');
    rmSync(directory, { recursive: true });
    await database.drop();
  });

  it('is refused, by a sentence that names DATABASE_LISTEN_URL', async () => {
    const service = await Service.spawn({ DATABASE_URL: poolerUrl });
    expect(await service.exit()).toBe(1);
    expect(service.output).toContain('set DATABASE_LISTEN_URL');
  }, 20_000);

  it('works with DATABASE_LISTEN_URL', async () => {
    const service = await Service.start({ DATABASE_URL: poolerUrl, DATABASE_LISTEN_URL: database.url });
    expect((await service.token(service.quickstart)).status).toBe(200);
    const login = { method: 'POST', headers: { 'content-type': 'application/json' } };
    const answer = await fetch(`${service.base}/auth/login`, { ...login, body: JSON.stringify(service.administrator) });
    const { access_token: token } = (await answer.json()) as { access_token: string };
    const accounts = await service.get('/v1/accounts', { authorization: `Bearer ${token}` });
    expect(await accounts.json()).toMatchObject([{ name: 'Default' }]);
    await service.stop();
  }, 30_000);

  it('hands no connection on with the role or the tenant of whoever had it', async () => {
    const unit = (level: string): string =>
      `begin; select set_config('role', ${APP_ROLE}, true), set_config('claviger.level', '${level}', true);
       select current_user::text as role, current_setting('claviger.level', true) as level`;
    const client = new pg.Client(poolerUrl);
    await client.connect();
    const all = (await client.query(`${unit('platform')}; commit`)) as unknown as pg.QueryResult[];
    expect(all[2]!.rows).toEqual([{ role: await appRoleAt(database.url), level: 'platform' }]);
    const after = await client.query(
      `select current_user = session_user as own, current_setting('claviger.level', true) as level`,
    );
    expect(after.rows).toEqual([{ own: true, level: '' }]);
    await client.end();
  });
});
