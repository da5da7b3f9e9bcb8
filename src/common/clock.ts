/**
 * The only source of time: the machine's monotonic clock, set to PostgreSQL's time by every proof.
 * Before the first proof it runs on the machine's wall clock.
 */
export class Clock {
  /** Epoch milliseconds minus monotonic milliseconds. */
  private offsetMs = Date.now() - performance.now();

  /** PostgreSQL's time, in epoch milliseconds. */
  now(): number {
    return performance.now() + this.offsetMs;
  }

  /** PostgreSQL's time as a value for SQL parameters. */
  date(): Date {
    return new Date(this.now());
  }

  /** Milliseconds that never go back and that no adjustment moves: for ages and deadlines. */
  monotonic(): number {
    return performance.now();
  }

  /**
   * Takes a reading of PostgreSQL's clock, which was made between the two monotonic moments.
   * The offset moves only as far as the reading proves it wrong, so the length of a round trip is no jitter.
   * @param databaseMs PostgreSQL's `clock_timestamp()`, epoch milliseconds
   * @returns how far PostgreSQL is ahead of the machine's wall clock, in milliseconds
   */
  adjust(databaseMs: number, askedAt: number, answeredAt: number): number {
    this.offsetMs = Math.min(Math.max(this.offsetMs, databaseMs - answeredAt), databaseMs - askedAt);
    return this.now() - Date.now();
  }
}
