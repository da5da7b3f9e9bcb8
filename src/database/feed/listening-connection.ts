import { type Clock } from '../../common/clock.js';
import type pg from 'pg';
import { PgClient, type PgClientOptions } from '../pg-client.js';

/** The channel of every notice. */
export const CHANNEL = 'claviger';

type Query = <Row>(sql: string) => Promise<Row[]>;

/** One direct connection that listens. PostgreSQL sends notices before the answer to a later question, in order of commit. */
export class ListeningConnection {
  /** Resolves when the connection is lost, for whatever reason. */
  readonly lost: Promise<void>;

  private constructor(
    private readonly client: PgClient,
    private readonly clock: Clock,
  ) {
    this.lost = new Promise((resolve) => {
      client.once('error', () => resolve());
      client.once('end', () => resolve());
    });
  }

  /**
   * Connects and listens.
   * @param onNotice takes each notice's payload, in order
   * @throws the connection's error
   */
  static async open(
    options: PgClientOptions,
    clock: Clock,
    onNotice: (payload: string) => void,
  ): Promise<ListeningConnection> {
    const client = new PgClient(options);
    const connection = new ListeningConnection(client, clock);
    client.on('notification', ({ payload }) => onNotice(payload ?? ''));
    try {
      await client.connect();
      await connection.query(`listen ${CHANNEL}`);
      return connection;
    } catch (error) {
      connection.close();
      throw error;
    }
  }

  /** A statement on this very connection. */
  readonly query: Query = async <Row>(sql: string): Promise<Row[]> => {
    const result = await (this.client as pg.Client).query(sql);
    return result.rows as Row[];
  };

  /**
   * Asks PostgreSQL for its time. The answer proves that every notice of a change acknowledged before the question is in.
   * @returns the monotonic moment of the question, and how far PostgreSQL is ahead of this machine's clock, in milliseconds
   */
  async prove(): Promise<{ askedAt: number; aheadMs: number }> {
    const askedAt = this.clock.monotonic();
    const [row] = await this.query<{ ms: number }>('select extract(epoch from clock_timestamp())::float8 * 1000 as ms');
    if (!row) throw new Error('PostgreSQL told no time');
    return { askedAt, aheadMs: this.clock.adjust(row.ms, askedAt, this.clock.monotonic()) };
  }

  /** Ends the connection at once. */
  close(): void {
    this.client.sever(new Error('closed'));
  }
}
