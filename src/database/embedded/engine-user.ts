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

/** The account of whatever has none: what runs as it could be read and signalled by much else. */
const NOBODY = { names: new Set(['nobody', 'nfsnobody']), ids: new Set([65534, 65535, 4294967294, 4294967295]) };

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

  /**
   * The ways to run PostgreSQL's programs here, the best first: root runs them as itself without its rights, or as an
   * account of their own.
   */
  static candidates(path: string = DEFAULT_PATH, passwordFile = '/etc/passwd'): EngineUser[] {
    if (process.getuid?.() !== 0) return [new EngineUser(undefined, false, [], {}, path)];
    const { dedicated, named } = accountsOf(passwordFile);
    const candidates: EngineUser[] = [];
    if (named) {
      // A user namespace takes root's capabilities away and leaves it the owner of its files: no chown, no copy, and a
      // home of mode 0700 can be entered. The account only lends its name. Container runtimes often refuse this.
      const mapped = ['unshare', '--user', `--map-user=${named.uid}`, `--map-group=${named.gid}`, '--'];
      candidates.push(new EngineUser({ uid: 0, gid: 0 }, false, mapped, {}, path));
    }
    if (dedicated) candidates.push(new EngineUser(dedicated, true, [], dedicated, path));
    return candidates;
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

/** The accounts of a password file that PostgreSQL may run as. */
interface Accounts {
  /** One that is there for a database, and for nothing else. */
  readonly dedicated: Identity | undefined;
  /** Any that has a name: PostgreSQL looks its user up by id. */
  readonly named: Identity | undefined;
}

function accountsOf(passwordFile: string): Accounts {
  const accounts = new Map<string, Identity>();
  try {
    for (const line of readFileSync(passwordFile, 'utf8').split('\n')) {
      const [name = '', , uid, gid] = line.split(':');
      const identity = { uid: Number(uid), gid: Number(gid) };
      const own = !NOBODY.names.has(name) && !NOBODY.ids.has(identity.uid);
      if (name && identity.uid > 0 && own) accounts.set(name, identity);
    }
  } catch {
    return { dedicated: undefined, named: undefined };
  }
  const dedicated = accounts.get('postgres') ?? accounts.get('claviger');
  return { dedicated, named: dedicated ?? accounts.values().next().value };
}
