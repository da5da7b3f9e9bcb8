import { Socket } from 'node:net';
import pg from 'pg';

/** What a connection adds to pg's own options. */
export interface PgClientOptions extends pg.ClientConfig {
  /** Milliseconds after which a statement without an answer ends its connection. */
  deadlineMs?: number;
  /** Session settings, made by a statement: a pooler refuses start-up parameters that it does not know. */
  settings?: Readonly<Record<string, string>>;
}

/** The connection went silent: whether the statement took effect is unknown. */
export class DeadlineError extends Error {
  readonly code = 'CLAVIGER_DEADLINE';
  constructor() {
    super('PostgreSQL did not answer in time');
    this.name = 'DeadlineError';
  }
}

/** Marks what went wrong before there was a connection: whatever it was, no statement caused it. */
export const WHILE_CONNECTING = Symbol('while connecting');

type Callback = (error: Error | null, result?: unknown) => void;

/** Open connections, to find those that may be as dead as the one that just went silent. */
const open = new Set<PgClient>();
/** Counts statements, so that "answered since then" needs no clock. */
let sequence = 0;

/**
 * The pg client that ends its connection instead of returning a dead one to the pool: after a statement without an
 * answer, and after "read-only" (25006), which is what a failed-over primary says. Idle connections that have not
 * answered since the silent statement was sent share its fate, so that a silent network costs one deadline, not one each.
 */
export class PgClient extends pg.Client {
  private readonly socket: Socket;
  private readonly options: PgClientOptions;
  private underWay = 0;
  private answeredAt = 0;

  constructor(options: PgClientOptions = {}) {
    const socket = new Socket();
    super({ ...options, stream: () => socket });
    this.socket = socket;
    this.options = options;
    // Every failure reaches whoever waits for an answer; without a listener it would also end the process.
    this.on('error', () => undefined);
    socket.once('close', () => open.delete(this));
  }

  override connect(): Promise<this>;
  override connect(callback: (error: Error) => void): void;
  override connect(callback?: (error: Error) => void): Promise<this> | undefined {
    const connected = this.connectWithSettings().catch((error: unknown) => {
      throw error instanceof Error ? Object.assign(error, { [WHILE_CONNECTING]: true }) : error;
    });
    if (!callback) return connected;
    connected.then(() => (callback as Callback)(null), callback);
    return undefined;
  }

  override query(...args: unknown[]): never {
    const statement = { sent: ++sequence, answered: false };
    this.underWay++;
    const timer = this.startDeadline(statement);
    const answered = (): void => {
      clearTimeout(timer);
      statement.answered = true;
      this.underWay--;
      this.answeredAt = ++sequence;
    };
    const last = args.at(-1);
    if (typeof last === 'function') {
      args[args.length - 1] = (error: Error | null, result: unknown): void => {
        answered();
        if (!error) (last as Callback)(error, result);
        else void this.endIfReadOnly(error).then(() => (last as Callback)(error));
      };
      return this.send(args) as never;
    }
    return (this.send(args) as Promise<unknown>).then(
      (result) => {
        answered();
        return result;
      },
      async (error: unknown) => {
        answered();
        await this.endIfReadOnly(error);
        throw error;
      },
    ) as never;
  }

  /** Ends the connection at once, without a word to the other side; whoever waits for an answer gets the error. */
  sever(error: Error): void {
    this.socket.destroy(error);
  }

  /** Whoever gets the error may return the connection to the pool at once: by then it must be seen to be dead. */
  private async endIfReadOnly(error: unknown): Promise<void> {
    if ((error as { code?: string } | null)?.code !== '25006' || this.socket.closed) return;
    const closed = new Promise((resolve) => this.socket.once('close', resolve));
    this.socket.destroy();
    await closed;
    await new Promise((resolve) => setImmediate(resolve));
  }

  private send(args: unknown[]): unknown {
    return Reflect.apply(super.query.bind(this) as (...all: unknown[]) => unknown, undefined, args);
  }

  private async connectWithSettings(): Promise<this> {
    await super.connect();
    open.add(this);
    const settings = Object.entries(this.options.settings ?? {});
    if (settings.length > 0) {
      const calls = settings.map((_, i) => `set_config($${2 * i + 1}, $${2 * i + 2}, false)`);
      await (this as pg.Client).query(`select ${calls.join(', ')}`, settings.flat());
    }
    return this;
  }

  private startDeadline(statement: { sent: number; answered: boolean }): NodeJS.Timeout | undefined {
    if (this.options.deadlineMs === undefined) return undefined;
    const decide = (): void => {
      if (statement.answered) return;
      this.sever(new DeadlineError());
      for (const other of open) {
        if (other.underWay === 0 && other.answeredAt < statement.sent) other.sever(new DeadlineError());
      }
    };
    // The process itself may have stalled: the socket is read once more before the deadline decides.
    return setTimeout(() => setImmediate(decide), this.options.deadlineMs);
  }
}
