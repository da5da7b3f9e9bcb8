import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type TestDatabase, testDatabase } from '../support/test-database.js';

const POOLER_PORT = 3932;
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

  const run = (environment: Record<string, string>): { child: ChildProcess; output: () => string } => {
    let output = '';
    const child = spawn(process.execPath, ['dist/main.js'], {
      env: {
        PATH,
        KEY_ENCRYPTION_KEY: Buffer.alloc(32, 9).toString('base64'),
        SHUTDOWN_DELAY_SECONDS: '0',
        LOG_LEVEL: 'error',
        PORT: '3933',
        ...environment,
      },
    });
    child.stdout.on('data', (data: Buffer) => (output += data.toString()));
    child.stderr.on('data', (data: Buffer) => (output += data.toString()));
    return { child, output: () => output };
  };
  const exitOf = (child: ChildProcess): Promise<number | null> => new Promise((resolve) => child.once('exit', resolve));

  beforeAll(async () => {
    database = await testDatabase();
    directory = mkdtempSync(join(tmpdir(), 'claviger-pgbouncer-'));
    chmodSync(directory, 0o755);
    const { hostname, port, pathname, username, password } = new URL(database.url);
    const name = pathname.slice(1);
    const file = join(directory, 'pgbouncer.ini');
    writeFileSync(
      file,
      `[databases]
${name} = host=${hostname} port=${port} dbname=${name} user=${username} password=${decodeURIComponent(password)}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${POOLER_PORT}
unix_socket_dir =
auth_type = any
pool_mode = transaction
`,
    );
    const user = process.getuid?.() === 0 ? ['-u', 'nobody'] : [];
    pooler = spawn('pgbouncer', [...user, file], { env: { PATH }, stdio: 'ignore' });
    poolerUrl = `postgres://${username}:x@127.0.0.1:${POOLER_PORT}/${name}`;
    await new Promise((resolve) => setTimeout(resolve, 500));
  });

  afterAll(async () => {
    pooler.kill('SIGINT');
    await exitOf(pooler);
    rmSync(directory, { recursive: true });
    await database.drop();
  });

  it('is refused, by a sentence that names DATABASE_LISTEN_URL', async () => {
    const { child, output } = run({ DATABASE_URL: poolerUrl });
    expect(await exitOf(child)).toBe(1);
    expect(output()).toContain('set DATABASE_LISTEN_URL');
  }, 20_000);

  it('works with DATABASE_LISTEN_URL', async () => {
    const { child, output } = run({ DATABASE_URL: poolerUrl, DATABASE_LISTEN_URL: database.url });
    for (let i = 0; i < 150 && !output().includes('is ready'); i++)
      await new Promise((resolve) => setTimeout(resolve, 100));
    expect(output()).toContain('Claviger is ready');
    const ended = exitOf(child);
    child.kill('SIGTERM');
    await ended;
  }, 20_000);
});
