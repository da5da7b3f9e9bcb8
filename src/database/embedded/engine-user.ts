import { execFile, type ExecFileException, spawn, type SpawnOptions, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';

export const DEFAULT_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/opt/homebrew/bin';

/** What a finished program left: its output, and its exit code (undefined: it could not be started). */
export interface Outcome {
  readonly code: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

interface Identity {
  readonly uid: number;
  readonly gid: number;
}

/** The user as which PostgreSQL's programs run; they refuse to run as root. */
export class EngineUser {
  private constructor(
    /** The owner that its files must have; undefined: they belong to whoever runs the service. */
    readonly owner: Identity | undefined,
    /** Whether it has root's own rights to files, or must be given places that it may enter. */
    readonly foreign: boolean,
    private readonly prefix: readonly string[],
    private readonly identity: Partial<Identity>,
    private readonly path: string,
  ) {}

  /** The ways to run PostgreSQL's programs here, the best first. */
  static candidates(path: string = DEFAULT_PATH): EngineUser[] {
    if (process.getuid?.() !== 0) return [new EngineUser(undefined, false, [], {}, path)];
    const account = unprivilegedAccount();
    if (!account) return [];
    // A user namespace takes root's capabilities away and leaves it the owner of its files: no chown, no copy, and a
    // home of mode 0700 can be entered. Container runtimes often refuse it; then the account itself must do.
    const mapped = ['unshare', '--user', `--map-user=${account.uid}`, `--map-group=${account.gid}`, '--'];
    return [
      new EngineUser({ uid: 0, gid: 0 }, false, mapped, {}, path),
      new EngineUser(account, true, [], account, path),
    ];
  }

  /** Starts a program in a session of its own, so that a Ctrl-C meant for the service does not reach it. */
  spawn(file: string, args: readonly string[], stdio: SpawnOptions['stdio']): ChildProcess {
    const [program = file, ...rest] = [...this.prefix, file, ...args];
    return spawn(program, rest, { ...this.options(), stdio, detached: true });
  }

  /** Runs a program to its end, with `input` as its standard input. Never throws. */
  run(file: string, args: readonly string[], input = ''): Promise<Outcome> {
    const [program = file, ...rest] = [...this.prefix, file, ...args];
    return new Promise((resolve) => {
      const child = execFile(program, rest, this.options(), (error, stdout, stderr) => {
        resolve({ code: exitCode(error), stdout, stderr: stderr || (error?.message ?? '') });
      });
      // A program that ends without reading breaks the pipe; its exit code tells the story.
      child.stdin?.on('error', () => undefined).end(input);
    });
  }

  /** Whether this way of running programs is there at all. */
  async works(): Promise<boolean> {
    return this.owner === undefined || (await this.passes(':'));
  }

  /** Whether it may execute the programs in this directory. */
  mayRun(bin: string): Promise<boolean> {
    return this.passes('[ -x "$1/postgres" ] && [ -x "$1/initdb" ]', bin);
  }

  /** Whether it may reach what lies in this directory. */
  mayEnter(directory: string): Promise<boolean> {
    return this.passes('[ -x "$1" ]', directory);
  }

  mayWrite(directory: string): Promise<boolean> {
    return this.passes('[ -w "$1" ] && [ -x "$1" ]', directory);
  }

  /** The kernel is asked rather than modes are read, since capabilities, access lists and mounts have a say too. */
  private async passes(test: string, path = ''): Promise<boolean> {
    if (process.platform === 'win32') return true;
    return (await this.run('/bin/sh', ['-c', test, 'sh', path])).code === 0;
  }

  private options(): { cwd: string; env: NodeJS.ProcessEnv; uid?: number; gid?: number; windowsHide: boolean } {
    // The working directory of the service may be closed to this user. PostgreSQL takes languages and time zones from
    // the environment: a fixed one makes every data directory alike.
    return { cwd: '/', env: { PATH: this.path, LC_ALL: 'C', TZ: 'UTC' }, ...this.identity, windowsHide: true };
  }
}

function exitCode(error: ExecFileException | null): number | undefined {
  if (error === null) return 0;
  return typeof error.code === 'number' ? error.code : undefined;
}

/** PostgreSQL looks its user up by id, so that it must be one with an entry in the password file. */
function unprivilegedAccount(): Identity | undefined {
  const accounts = new Map<string, Identity>();
  try {
    for (const line of readFileSync('/etc/passwd', 'utf8').split('\n')) {
      const [name, , uid, gid] = line.split(':');
      if (name && Number(uid) > 0) accounts.set(name, { uid: Number(uid), gid: Number(gid) });
    }
  } catch {
    return undefined;
  }
  return accounts.get('postgres') ?? accounts.get('nobody') ?? accounts.values().next().value;
}
