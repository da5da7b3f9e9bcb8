import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import pg from 'pg';

interface Said {
  readonly url?: string;
  readonly error?: string;
  readonly message?: string;
}

/** A process of its own that runs an embedded engine, as a service would. */
export class EngineService {
  private static readonly all = new Set<EngineService>();
  readonly said: Said[] = [];
  private readonly child: ChildProcess;
  private readonly outcome: Promise<Said>;

  constructor(
    readonly dataDir: string,
    { uid, places = [] }: { uid?: number; places?: readonly [path: string, passwordFile: string] | readonly [] } = {},
  ) {
    const fixture = join(import.meta.dirname, 'engine-service.fixture.mjs');
    const args = [fixture, dataDir, ...places];
    const identity = uid === undefined ? {} : { uid, gid: uid };
    this.child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'], cwd: '/', ...identity });
    EngineService.all.add(this);
    const lines = createInterface({ input: this.child.stdout! });
    this.outcome = new Promise((resolve) => {
      lines.on('line', (line) => {
        const said = JSON.parse(line) as Said;
        this.said.push(said);
        if (said.url !== undefined || said.error !== undefined) resolve(said);
      });
      lines.on('close', () => resolve({ error: 'ended' }));
    });
  }

  /** @returns the URL of the engine, once it runs */
  async url(): Promise<string> {
    const said = await this.outcome;
    if (said.url === undefined) throw new Error(`the engine did not start: ${said.message ?? said.error ?? ''}`);
    return said.url;
  }

  /** @returns the sentence with which the start was refused; undefined if it was not */
  async refusal(): Promise<string | undefined> {
    const { url, message } = await this.outcome;
    return url === undefined ? (message ?? 'ended without a word') : undefined;
  }

  /** Ends it as a service should end. */
  async stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const exit = once(this.child, 'exit');
    this.child.stdin!.end();
    await exit;
  }

  async kill(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const exit = once(this.child, 'exit');
    this.child.kill('SIGKILL');
    await exit;
  }

  /** The process id of PostgreSQL itself. */
  enginePid(): number {
    return parseInt(readFileSync(join(this.dataDir, 'postgres', 'postmaster.pid'), 'utf8'), 10);
  }

  /** Stops whatever a test left running. */
  static async stopAll(): Promise<void> {
    await Promise.all([...EngineService.all].map((service) => service.stop()));
    EngineService.all.clear();
  }
}

/** Runs one statement on a connection of its own. */
export async function query<Row extends pg.QueryResultRow>(url: string, sql: string): Promise<Row[]> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2_000 });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query<Row>(sql)).rows;
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** Whether the process runs; a zombie that nobody reaps does not. */
export function runs(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return process.platform !== 'linux' || !readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ');
  } catch {
    return false;
  }
}

/** Polls until the condition holds. @throws Error after the given time */
export async function eventually(condition: () => boolean | Promise<boolean>, withinMs: number): Promise<void> {
  const deadline = Date.now() + withinMs;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`not within ${withinMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
