import { type Clock } from '../../common/clock.js';
import { DomainError } from '../../common/errors/domain.error.js';
import { type PgClientOptions } from '../pg-client.js';
import { channelOf } from './channel.js';
import { ListeningConnection } from './listening-connection.js';
import { NoticeMeter } from './notice-meter.js';
import { type Position } from './position.js';
import { type LedgerEntry, type Proof } from './proof.js';
import { Proofs } from './proofs.js';

const HEARTBEAT_MS = 300;
/** Notices of the ledger are answered by a proof at once, but not more often than this. */
const HINT_PACE_MS = 10;
/** What the triggers write is shorter; a longer notice is not looked at. */
const LONGEST_NOTICE = 200;
/** The kind by which the ledger's notices are told; they say nothing else. */
const LEDGER = 'ledger';
const LIVE_MS = 1000;
const PROOF_WAIT_MS = 1000;
const RECONNECT_MS = { first: 50, most: 1000 };
const SKEW_WARNING_MS = 5000;

/** Whoever keeps something true by the feed: memory, and the ledger of cuts. */
export interface FeedSubscriber {
  /**
   * Takes one notice: a hint to forget what it names, and never something to believe. Called synchronously, in the order
   * of commits.
   * @returns whether the kind is known here
   */
  notice?(kind: string, id: string): boolean;
  /** Takes what a proof read of the ledger, oldest first, in the same synchronous step in which its position is reached. */
  entries?(entries: readonly LedgerEntry[]): void;
  /** The connection is new, notices may have been missed: called before the entries, in that step. */
  drop?(): void;
}

export interface WatcherOptions {
  connection: PgClientOptions;
  clock: Clock;
  position: Position;
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
  private readonly meter: NoticeMeter;
  private connection: ListeningConnection | null = null;
  private provenAt = -Infinity;
  private away = false;
  private running: Promise<void> | null = null;
  private stopped = false;
  private wakeUp: () => void = () => undefined;
  private connected = this.newConnected();
  private skewed = false;
  private hintedAt = -Infinity;
  private hint: NodeJS.Timeout | undefined;

  /** Grows whenever notices may have been missed: what was begun in an earlier epoch is void. */
  epoch = 0;

  constructor(private readonly options: WatcherOptions) {
    this.meter = new NoticeMeter(
      () => this.now(),
      (message) => options.warn?.(message),
    );
  }

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
    clearTimeout(this.hint);
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
    const proof = await connection.prove(this.options.position.reached);
    if (this.connection !== connection) throw new Error('connection lost');
    this.proven(proof);
  }

  /** One synchronous step: the ledger's news are applied, their position is reached, and memory is proven. */
  private proven({ askedAt, aheadMs, head, entries }: Proof): void {
    if (entries.length > 0) for (const one of this.subscribers) one.entries?.(entries);
    this.options.position.advance(head);
    this.meter.tick();
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
    const { connection: options, clock, position } = this.options;
    const connection = await ListeningConnection.open(options, clock, channelOf, (payload) => this.take(payload));
    try {
      const proof = await connection.prove(position.reached);
      if (this.isStopped()) throw new Error('stopped');
      // It answers: only now, and in one synchronous step, is given up what memory holds, and the ledger's news applied.
      this.epoch++;
      for (const one of this.subscribers) one.drop?.();
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

  /** A notice is a hint: whoever knows the channel may send it. What it names is forgotten, and PostgreSQL is asked. */
  private take(payload: string): void {
    const space = payload.indexOf(' ');
    if (payload === LEDGER) {
      this.meter.count(true);
      this.hinted();
    } else if (space < 0 || payload.length > LONGEST_NOTICE) {
      this.meter.count(false);
    } else {
      const [kind, id] = [payload.slice(0, space), payload.slice(space + 1)];
      const taken = this.subscribers.map((one) => one.notice?.(kind, id) ?? false);
      this.meter.count(taken.includes(true));
    }
  }

  /** The ledger has news: a proof brings them. One that fails ends the connection, as every other. */
  private hinted(): void {
    if (this.hint) return;
    const prove = (): void => {
      this.hint = undefined;
      this.hintedAt = this.now();
      if (this.connection) void this.proofs.fresh().catch(() => undefined);
    };
    const wait = this.hintedAt + HINT_PACE_MS - this.now();
    if (wait <= 0) prove();
    else this.hint = setTimeout(prove, wait);
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
