import { type LoggerService } from '@nestjs/common';
import { type Logger } from 'pino';

/** How many of something; of several kinds by name. */
export type Size = number | Readonly<Record<string, number>>;

const FRAMEWORK = new Set(['NestFactory', 'InstanceLoader', 'RoutesResolver', 'RouterExplorer', 'NestApplication']);

/** Nest's log lines, in the process's own log. */
export class PinoLoggerService implements LoggerService {
  constructor(private readonly logger: Logger) {}

  log(message: unknown, ...rest: unknown[]): void {
    // What Nest tells of itself at each start, a line a module and a route, would bury what the service has to say.
    this.write(FRAMEWORK.has(String(rest.at(-1))) ? 'debug' : 'info', message, rest);
  }

  error(message: unknown, ...rest: unknown[]): void {
    this.write('error', message, rest);
  }

  warn(message: unknown, ...rest: unknown[]): void {
    this.write('warn', message, rest);
  }

  debug(message: unknown, ...rest: unknown[]): void {
    this.write('debug', message, rest);
  }

  verbose(message: unknown, ...rest: unknown[]): void {
    this.write('trace', message, rest);
  }

  fatal(message: unknown, ...rest: unknown[]): void {
    this.write('fatal', message, rest);
  }

  /** A line with numbers as fields of their own. */
  numbers(level: 'debug' | 'info', message: string, context: string, values: Readonly<Record<string, Size>>): void {
    this.logger[level]({ context, ...values }, message);
  }

  /** Nest puts the context last; a stack may stand before it. Whatever else is passed could hold anything and is left out. */
  private write(
    level: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal',
    message: unknown,
    rest: unknown[],
  ): void {
    const context = rest.at(-1);
    const error = [message, ...rest].find((value) => value instanceof Error);
    const text = typeof message === 'string' ? message : (error?.name ?? 'A value that is no text was logged');
    this.logger[level](
      {
        ...(typeof context === 'string' && !context.includes('\n') ? { context } : {}),
        ...(error ? { err: error } : {}),
      },
      text,
    );
  }
}
