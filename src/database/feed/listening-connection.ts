import { type Clock } from '../../common/clock.js';
import pg from 'pg';
import { PgClient, type PgClientOptions } from '../pg-client.js';
import { type Proof, PROOF, type ProofRow, proofOf } from './proof.js';

/** A statement, and the rows of its answer. */
export type Query = <Row>(sql: string, values?: unknown[]) => Promise<Row[]>;

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
   * @param channelOf asks for the channel's name on the new connection
   * @param onNotice takes each notice's payload, in order
   * @throws the connection's error
   */
  static async open(
    options: PgClientOptions,
    clock: Clock,
    channelOf: (query: Query) => Promise<string>,
    onNotice: (payload: string) => void,
  ): Promise<ListeningConnection> {
    const client = new PgClient(options);
    const connection = new ListeningConnection(client, clock);
    client.on('notification', ({ payload }) => onNotice(payload ?? ''));
    try {
      await client.connect();
      await connection.query(`listen ${pg.escapeIdentifier(await channelOf(connection.query))}`);
      return connection;
    } catch (error) {
      connection.close();
      throw error;
    }
  }

  /** A statement on this very connection. */
  readonly query: Query = async <Row>(sql: string, values: unknown[] = []): Promise<Row[]> => {
    const result = await (this.client as pg.Client).query(sql, values);
    return result.rows as Row[];
  };

  /**
   * Asks PostgreSQL for its time and for what the ledger holds beyond a position. The answer proves that every notice of a
   * change acknowledged before the question is in; the clock is set by it.
   * @param reached the position that the process has reached
   */
  async prove(reached: number): Promise<Proof> {
    const askedAt = this.clock.monotonic();
    const [row] = await this.query<ProofRow>(PROOF, [reached]);
    if (!row) throw new Error('PostgreSQL told nothing');
    return proofOf(row, askedAt, this.clock.adjust(row.ms, askedAt, this.clock.monotonic()));
  }

  /** Ends the connection at once. */
  close(): void {
    this.client.sever(new Error('closed'));
  }
}
