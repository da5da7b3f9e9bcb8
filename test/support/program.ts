import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterAll } from '@jest/globals';

const running = new Set<ChildProcess>();
// A test that failed on its way leaves nothing behind; the group, since npm and sh have children of their own.
afterAll(() => {
  for (const { pid } of running) if (pid !== undefined) process.kill(-pid, 'SIGKILL');
});

/** A program that a test runs, with the given environment and the paths of this one. */
export class Program {
  /** What it wrote to both streams. */
  output = '';
  private readonly child: ChildProcess;
  private readonly ended: Promise<unknown>;

  constructor(command: string, args: readonly string[], options: { env: Record<string, string>; cwd?: string }) {
    const { PATH, HOME } = process.env;
    const child = spawn(command, args, { cwd: options.cwd, env: { PATH, HOME, ...options.env }, detached: true });
    this.child = child;
    running.add(child);
    child.stdout.on('data', (data: Buffer) => (this.output += data.toString()));
    child.stderr.on('data', (data: Buffer) => (this.output += data.toString()));
    child.on('exit', () => running.delete(child));
    this.ended = once(child, 'close');
  }

  /** @throws Error with the output, if it ends or 20 seconds pass before it has written the text */
  async untilSaid(text: string): Promise<void> {
    const deadline = Date.now() + 20_000;
    while (!this.output.includes(text)) {
      if (this.child.exitCode !== null || Date.now() > deadline)
        throw new Error(`It did not say "${text}": ${this.output}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** @returns its exit code, once all output is read */
  async exit(): Promise<number | null> {
    await this.ended;
    return this.child.exitCode;
  }
}
