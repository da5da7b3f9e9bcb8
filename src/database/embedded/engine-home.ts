import { createHash, randomBytes } from 'node:crypto';
import { existsSync, readFileSync, realpathSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { EmbeddedEngineError } from './embedded-engine.error.js';

/** Where a foreign user's files go if it may not enter the data directory. */
export const SHARED_HOME = '/var/lib/claviger';

const ROTATE_LOG_BYTES = 8 * 1024 * 1024;

/** What one data directory's engine must remember. The passwords are random and never leave this machine. */
export interface EngineState {
  /** Of initdb's superuser, which sets up the ordinary login and is then left alone. */
  readonly superuserPassword: string;
  readonly password: string;
  readonly port: number;
  /** Where the database files are, if not in the data directory itself. */
  readonly cluster?: string | undefined;
}

/** The places of one data directory that belong to the embedded engine. */
export class EngineHome {
  readonly directory: string;
  readonly log: string;
  /** Names the watchdog of the service that the engine works for. */
  readonly ownerFile: string;
  private readonly stateFile: string;

  /** @param dataDir an existing directory */
  constructor(dataDir: string) {
    this.directory = realpathSync(dataDir);
    this.log = join(this.directory, 'postgres.log');
    this.ownerFile = join(this.directory, 'postgres.owner');
    this.stateFile = join(this.directory, 'postgres.json');
  }

  /** Where the database files lie unless the data directory is closed to the engine's user. */
  get ownCluster(): string {
    return join(this.directory, 'postgres');
  }

  /**
   * Where the database files lie: PostgreSQL's data directory.
   *
   * @throws EmbeddedEngineError if they are elsewhere and belong to a data directory of another name
   */
  get cluster(): string {
    const { cluster } = this.state() ?? {};
    if (cluster !== undefined && cluster !== this.sharedCluster) {
      throw EmbeddedEngineError.because(`${this.directory} was moved or copied, and its database is still ${cluster}`);
    }
    return cluster ?? this.ownCluster;
  }

  /** Where they lie if the data directory is closed to the engine's user. */
  get sharedCluster(): string {
    return join(SHARED_HOME, createHash('sha256').update(this.directory).digest('hex').slice(0, 16));
  }

  /** The version of PostgreSQL that made the database files; undefined if there are none yet. */
  clusterMajor(): number | undefined {
    const file = join(this.cluster, 'PG_VERSION');
    if (!existsSync(file)) return undefined;
    const major = parseInt(readFileSync(file, 'utf8'), 10);
    return Number.isNaN(major) ? undefined : major;
  }

  state(): EngineState | undefined {
    try {
      return JSON.parse(readFileSync(this.stateFile, 'utf8')) as EngineState;
    } catch {
      return undefined;
    }
  }

  /** Writes the state (mode 0600) so that a crash leaves either the old or the new one. */
  remember(state: EngineState): void {
    const draft = `${this.stateFile}.${randomBytes(4).toString('hex')}`;
    writeFileSync(draft, `${JSON.stringify(state)}\n`, { mode: 0o600, flag: 'wx', flush: true });
    renameSync(draft, this.stateFile);
  }

  /** Keeps the log from growing for ever: what is long goes to `postgres.log.old`. */
  rotateLog(): void {
    if (this.logSize() > ROTATE_LOG_BYTES) renameSync(this.log, `${this.log}.old`);
  }

  logSize(): number {
    return existsSync(this.log) ? statSync(this.log).size : 0;
  }

  /** The last complaint that PostgreSQL logged after a position, without its time and level. */
  complaintSince(position: number): string | undefined {
    if (!existsSync(this.log)) return undefined;
    const text = readFileSync(this.log).subarray(position).toString('utf8').trim();
    if (text === '') return undefined;
    const lines = text.split('\n');
    const complaint = lines.findLast((line) => /\b(?:FATAL|PANIC|ERROR):/.test(line)) ?? lines.at(-1);
    return complaint?.replace(/^.*?\b(?:FATAL|PANIC|ERROR): +/, '');
  }
}
