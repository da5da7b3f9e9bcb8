const DEEPEST_CAUSE = 5;
const SQLSTATE = /^[0-9A-Z]{5}$/;

/** What the log keeps of an error. */
export interface LoggedError {
  type: string;
  message: string;
  code?: string;
  constraint?: string;
  stack?: string;
  cause?: LoggedError;
}

/**
 * An error as the log may have it. Only named fields are copied: drivers and parsers hang statements' parameters, raw
 * packets and bodies on their errors. PostgreSQL's message quotes values, so an error with an SQLSTATE is told by that.
 */
export function serializeError(error: unknown, depth = 0): LoggedError {
  if (!(error instanceof Error)) return { type: typeof error, message: 'A value that is no Error was thrown' };
  const { code, constraint } = error as { code?: unknown; constraint?: unknown };
  const fromSql = 'parameters' in error || (typeof code === 'string' && SQLSTATE.test(code) && 'severity' in error);
  const logged: LoggedError = { type: error.name, message: fromSql ? 'SQL error' : error.message };
  if (typeof code === 'string') logged.code = code;
  if (typeof constraint === 'string') logged.constraint = constraint;
  if (error.stack !== undefined) logged.stack = framesOf(error.stack);
  if (error.cause !== undefined && depth < DEEPEST_CAUSE) logged.cause = serializeError(error.cause, depth + 1);
  return logged;
}

/** The stack without its head, which repeats the message. */
function framesOf(stack: string): string {
  return stack
    .split('\n')
    .filter((line) => /^\s+at /.test(line))
    .join('\n');
}
