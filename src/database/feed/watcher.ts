import { type Clock } from '../../common/clock.js';
import { DomainError } from '../../common/errors/domain.error.js';
import { type PgClientOptions } from '../pg-client.js';
import { ListeningConnection } from './listening-connection.js';
import { Proofs } from './proofs.js';

const HEARTBEAT_MS = 300;
const LIVE_MS = 1000;
const PROOF_WAIT_MS = 1000;
const RECONNECT_MS = { first: 50, most: 1000 };
const SKEW_WARNING_MS = 5000;

/** Whoever keeps something true by the feed: memory, and the ledger of cuts. */
export interface FeedSubscriber {
  /** Takes one notice; called synchronously, in the order of commits. */
  notice(kind: string, rest: readonly string[]): void;
  /** The connection is new, notices may have been missed. What it read before is applied in one synchronous step for all. */
  read?(query: <Row>(sql: string) => Promise<Row[]>): Promise<() => void>;
  /** Called in that step, first. */
  drop?(): void;
}

export interface WatcherOptions {
  connection: PgClientOptions;
  clock: Clock;
  staleGraceSeconds: number;
  warn?: (message: string) => void;
}

/**
 * Watches PostgreSQL on one listening connection: hands on notices, proves that none is missing, and says how far memory
 * may be trusted. It alone reconnects; requests never do.
 */
export class Watcher {
  private readonly subscribers: FeedSubscriber[] = [];
  private readonly proofs = new Proofs(() => this.ask());
  private connection: ListeningConnection | null = null;
  private provenAt = -Infinity;
  private away = false;
  private running: Promise<void> | null = null;
  private stopped = false;
  private wakeUp: () => void = () => undefined;
  private connected = this.newConnected();
  private skewed = false;

  /** Grows whenever notices may have been missed: what was begun in an earlier epoch is void. */
  epoch = 0;

  constructor(private readonly options: WatcherOptions) {}

  /** Adds a subscriber; before the start. */
  subscribe(subscriber: FeedSubscriber): void {
    this.subscribers.push(subscriber);
  }

  /** Starts watching; resolves when memory may be used for the first time. */
  async start(): Promise<void> {
    this.running ??= this.watch();
    await this.connected.promise;
  }

  /** Stops for good. */
  async stop(): Promise<void> {
    this.stopped = true;
    this.connection?.close();
    this.wakeUp();
    await this.running;
  }

  /** Whether memory may accept right now: the newest proof was asked for less than a second ago. */
  isLive(): boolean {
    return this.now() - this.provenAt < LIVE_MS;
  }

  /** `live`; `away` while what memory holds may still be used; `lost` after the grace, or before the first load. */
  state(): 'live' | 'away' | 'lost' {
    if (this.isLive()) return 'live';
    return this.now() - this.provenAt <= this.options.staleGraceSeconds * 1000 ? 'away' : 'lost';
  }

  /** Whether a question asked after this monotonic moment has been answered. */
  provenSince(moment: number): boolean {
    return this.provenAt > moment;
  }

  /**
   * Waits until memory may be used: live again, or away and within the grace.
   * @throws DomainError `unavailable` after the grace
   */
  async usable(): Promise<void> {
    if (this.isLive()) return;
    if (!this.away) await this.prove().catch(() => undefined);
    if (this.state() === 'lost') throw DomainError.unavailable('memory is older than the grace');
  }

  /**
   * Waits for a proof that is asked for from now on, a second at most.
   * @throws DomainError `unavailable` while PostgreSQL is away
   */
  async prove(): Promise<void> {
    await this.withConnection(() => this.proofs.fresh());
  }

  /**
   * Waits, a second at most, for the listening connection: nothing may be loaded without one.
   * @throws DomainError `unavailable` while PostgreSQL is away
   */
  async ready(): Promise<void> {
    if (this.connection && !this.away) return;
    await this.withConnection(() => Promise.resolve());
  }

  private async withConnection(work: () => Promise<void>): Promise<void> {
    if (this.away) throw DomainError.unavailable('PostgreSQL is away');
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      // As everywhere: the socket is read once more before the time-out decides.
      timer = setTimeout(() => setImmediate(() => reject(new Error('no proof'))), PROOF_WAIT_MS);
    });
    try {
      await Promise.race([late, this.connected.promise.then(work)]);
    } catch (error) {
      if (error instanceof Error && error.message === 'no proof') this.away = true;
      throw DomainError.unavailable('no proof from PostgreSQL', { cause: error });
    } finally {
      clearTimeout(timer);
    }
  }

  private async ask(): Promise<void> {
    const connection = this.connection;
    if (!connection) throw new Error('not connected');
    const proof = await connection.prove();
    if (this.connection !== connection) throw new Error('connection lost');
    this.proven(proof);
  }

  private proven({ askedAt, aheadMs }: { askedAt: number; aheadMs: number }): void {
    if (askedAt > this.provenAt) this.provenAt = askedAt;
    this.away = false;
    const skewed = Math.abs(aheadMs) > SKEW_WARNING_MS;
    if (skewed && !this.skewed)
      this.options.warn?.(`This machine's clock is ${Math.round(-aheadMs)} ms ahead of PostgreSQL's`);
    this.skewed = skewed;
  }

  private async watch(): Promise<void> {
    let pause = RECONNECT_MS.first;
    while (!this.isStopped()) {
      try {
        await this.connect();
        pause = RECONNECT_MS.first;
        await this.keepProving();
      } catch {
        this.away = true;
        pause = Math.min(pause * 2, RECONNECT_MS.most);
      }
      this.disconnect();
      if (!this.isStopped()) await this.sleep(pause);
    }
  }

  private async connect(): Promise<void> {
    const meanwhile: string[] = [];
    let notice = (payload: string): void => void meanwhile.push(payload);
    const connection = await ListeningConnection.open(this.options.connection, this.options.clock, (p) => notice(p));
    try {
      const applies: (() => void)[] = [];
      for (const one of this.subscribers) if (one.read) applies.push(await one.read(connection.query));
      const proof = await connection.prove();
      if (this.isStopped()) throw new Error('stopped');
      // It answers: only now, and in one synchronous step, is given up what memory holds. The ledger that was read is
      // merged with the notices that came meanwhile; no position is reached before what stands below it is applied.
      this.epoch++;
      for (const one of this.subscribers) one.drop?.();
      for (const apply of applies) apply();
      notice = (payload) => this.handOn(payload);
      meanwhile.forEach(notice);
      this.connection = connection;
      this.proven(proof);
      this.connected.resolve();
    } catch (error) {
      connection.close();
      throw error;
    }
  }

  private async keepProving(): Promise<void> {
    const connection = this.connection;
    const lost = connection?.lost.then(() => false);
    const heartbeat = async (): Promise<boolean> => {
      await this.sleep(HEARTBEAT_MS);
      return this.connection === connection && !this.isStopped();
    };
    while (await Promise.race([heartbeat(), lost])) {
      if (!(await this.proofs.fresh().then(always, never))) return;
    }
  }

  private disconnect(): void {
    if (!this.connection) return;
    this.connection.close();
    this.connection = null;
    // What a load brings from here on was begun before the next LISTEN.
    this.epoch++;
    this.connected = this.newConnected();
  }

  private handOn(payload: string): void {
    const [kind = '', ...rest] = payload.split(' ');
    for (const one of this.subscribers) one.notice(kind, rest);
  }

  private newConnected(): PromiseWithResolve {
    let resolve: () => void = () => undefined;
    const promise = new Promise<void>((done) => (resolve = done));
    return { promise, resolve };
  }

  private sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.wakeUp = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  private now(): number {
    return this.options.clock.monotonic();
  }

  private isStopped(): boolean {
    return this.stopped;
  }
}

const always = (): true => true;
const never = (): false => false;

interface PromiseWithResolve {
  promise: Promise<void>;
  resolve: () => void;
}
