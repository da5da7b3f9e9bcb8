import { DataDirLock } from './data-dir-lock.js';
import { EmbeddedEngineError } from './embedded-engine.error.js';
import { ensureCluster } from './engine-cluster.js';
import { EngineHome } from './engine-home.js';
import { EngineSite } from './engine-site.js';
import { type EngineLog, EngineSupervisor } from './engine-supervisor.js';

export interface EmbeddedEngineOptions {
  /** Made if it is missing. Holds the database, its log and its passwords (mode 0600). */
  readonly dataDir: string;
  /** False spares the disk and loses data with the power: for tests. Default true. */
  readonly durable?: boolean;
  readonly log: EngineLog;
  /** Where to look for programs, as in the environment variable PATH; by default the usual places. */
  readonly path?: string;
  /** Where to look for accounts that root could run it as; by default /etc/passwd. */
  readonly passwordFile?: string;
}

/**
 * A PostgreSQL server of the service's own, for whoever has configured none: loopback only, ended a few seconds after
 * the service, and started again if it ends before.
 *
 * It sets no signal handlers and never ends the process. Stop it last: it cuts connections.
 */
export class EmbeddedEngine {
  private static readonly inUse = new Set<string>();
  private stopped: Promise<void> | undefined;

  private constructor(
    /** `postgres://claviger:<password>@127.0.0.1:<port>/claviger`, a login that may create roles and databases. */
    readonly url: string,
    private readonly supervisor: EngineSupervisor,
    private readonly directory: string,
    private readonly lock: DataDirLock,
  ) {}

  /**
   * Locks the data directory, makes the database if there is none, and starts the engine or adopts the one that a dead
   * service left.
   *
   * @throws EmbeddedEngineError with one sentence for the operator
   */
  static async start(options: EmbeddedEngineOptions): Promise<EmbeddedEngine> {
    const lock = await DataDirLock.acquire(options.dataDir);
    const home = new EngineHome(options.dataDir);
    if (EmbeddedEngine.inUse.has(home.directory)) {
      lock.release();
      throw new EmbeddedEngineError(`This process already runs an engine in ${home.directory}.`);
    }
    EmbeddedEngine.inUse.add(home.directory);
    let supervisor: EngineSupervisor | undefined;
    try {
      const durable = options.durable ?? true;
      const site = await EngineSite.choose(home, options.path, options.passwordFile);
      const state = await ensureCluster(home, site, durable);
      supervisor = new EngineSupervisor(home, site, durable, options.log);
      const url = await supervisor.begin(state);
      return new EmbeddedEngine(url, supervisor, home.directory, lock);
    } catch (error) {
      await supervisor?.stop();
      EmbeddedEngine.inUse.delete(home.directory);
      lock.release();
      throw EmbeddedEngineError.from(error, home.log);
    }
  }

  /** Ends the engine (SIGINT, after 4 s SIGQUIT) and gives the data directory back. Idempotent. */
  stop(): Promise<void> {
    this.stopped ??= this.supervisor.stop().finally(() => {
      EmbeddedEngine.inUse.delete(this.directory);
      this.lock.release();
    });
    return this.stopped;
  }
}
