/** A reason, told to the operator in one sentence, why the embedded engine or its data directory cannot be used. */
export class EmbeddedEngineError extends Error {
  override readonly name: string = 'EmbeddedEngineError';

  /**
   * @param cause what is wrong, without a full stop
   * @param logFile where PostgreSQL said more
   */
  static because(cause: string, logFile?: string): EmbeddedEngineError {
    const log = logFile === undefined ? '' : ` (log file: ${logFile})`;
    return new EmbeddedEngineError(
      `The embedded PostgreSQL engine cannot run: ${cause}${log}; mend that, or set DATABASE_URL to a PostgreSQL server.`,
    );
  }

  /** Whatever was thrown, as an error with a sentence of its own. */
  static from(thrown: unknown, logFile?: string): EmbeddedEngineError {
    if (thrown instanceof EmbeddedEngineError) return thrown;
    return EmbeddedEngineError.because(thrown instanceof Error ? thrown.message : String(thrown), logFile);
  }
}
