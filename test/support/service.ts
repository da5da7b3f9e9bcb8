import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterAll } from '@jest/globals';
import { freePort } from './free-port.js';

/** Seals what the services of a test share; the application context of `application.ts` uses it, too. */
export const TEST_KEY = Buffer.alloc(32, 7).toString('base64');

const spawned = new Set<ChildProcess>();
// A test that failed on its way leaves nothing behind.
afterAll(() => {
  for (const child of spawned) child.kill('SIGKILL');
});

/** The built service, as a child process. */
export class Service {
  output = '';
  private readonly ended: Promise<unknown>;

  private constructor(
    readonly child: ChildProcess,
    readonly base: string,
  ) {
    this.ended = once(child, 'exit');
    spawned.add(child);
    const take = (data: Buffer): void => void (this.output += data.toString());
    child.stdout?.on('data', take);
    child.stderr?.on('data', take);
  }

  /** Spawns it on a free port, by default with the tests' key; does not wait. */
  static async spawn(environment: Record<string, string>): Promise<Service> {
    const port = environment.PORT ?? String(await freePort());
    const defaults = { KEY_ENCRYPTION_KEY: TEST_KEY, SHUTDOWN_DELAY_SECONDS: '0', LOG_LEVEL: 'error' };
    const env = { PATH: process.env.PATH, ...defaults, ...environment, PORT: port };
    return new Service(spawn(process.execPath, ['dist/main.js'], { env }), `http://localhost:${port}`);
  }

  /** Spawns it and waits until it is ready. */
  static async start(environment: Record<string, string>): Promise<Service> {
    const service = await Service.spawn(environment);
    await service.untilReady();
    return service;
  }

  /** The client that the banner shows. */
  get quickstart(): { id: string; secret: string } {
    return { id: this.shown('clientId'), secret: this.shown('clientSecret') };
  }

  /** The administrator that the banner shows. */
  get administrator(): { username: string; password: string } {
    return { username: this.shown('username'), password: this.shown('password') };
  }

  private shown(name: string): string {
    return new RegExp(`${name}\\s+(\\S+)`).exec(this.output)?.[1] ?? '';
  }

  async untilReady(): Promise<void> {
    const deadline = Date.now() + 20_000;
    while (Date.now() < deadline && this.child.exitCode === null) {
      if (this.output.includes('Claviger is ready')) return;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error(`The service did not become ready: ${this.output}`);
  }

  get(path: string, headers: Record<string, string> = {}): Promise<Response> {
    return fetch(this.base + path, { headers });
  }

  /** Asks for a token with Basic credentials. */
  token(client: { id: string; secret: string } | null, parameters: Record<string, string> = {}): Promise<Response> {
    const body = new URLSearchParams({ grant_type: 'client_credentials', ...parameters });
    const headers: Record<string, string> = client ? { authorization: basic(client.id, client.secret) } : {};
    return fetch(`${this.base}/oauth/token`, { method: 'POST', headers, body });
  }

  /** Asks for a token and takes it out of the answer. */
  async accessToken(client: { id: string; secret: string }, parameters: Record<string, string> = {}): Promise<string> {
    const answer = await this.token(client, parameters);
    return ((await answer.json()) as { access_token: string }).access_token;
  }

  /** SIGTERM; the exit code. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
    this.child.kill(signal);
    return this.exit();
  }

  async exit(): Promise<number | null> {
    await this.ended;
    return this.child.exitCode;
  }
}

export function basic(user: string, password: string): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
}
