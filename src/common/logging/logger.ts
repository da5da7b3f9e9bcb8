import { pino, type DestinationStream, type Logger } from 'pino';
import { serializeError } from './error-serializer.js';

/** From the most talkative to none. */
export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

interface LoggedRequest {
  readonly method: string;
  readonly url: string;
}

/**
 * The process's logger: JSON lines on stdout. Of a request it writes method and path: a query string, a header or a
 * body may hold a credential (RFC 6749 §2.3.1).
 */
export function createLogger(level: LogLevel, destination?: DestinationStream): Logger {
  return pino(
    {
      level,
      base: null,
      serializers: {
        err: serializeError,
        req: ({ method, url }: LoggedRequest) => ({ method, path: url.split('?', 1)[0] }),
        res: ({ statusCode }: { statusCode: number }) => ({ statusCode }),
      },
    },
    destination ?? pino.destination(1),
  );
}
