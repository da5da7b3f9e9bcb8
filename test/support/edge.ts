import { connect } from 'node:net';
import { Writable } from 'node:stream';
import {
  Body,
  Controller,
  Get,
  Header,
  HttpCode,
  Module,
  type NestApplicationOptions,
  Param,
  Post,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { type NestFastifyApplication } from '@nestjs/platform-fastify';
import { configureHttp, createAdapter } from '../../src/app.setup.js';
import { DomainError } from '../../src/common/errors/domain.error.js';
import { OAuthError } from '../../src/common/errors/oauth.error.js';
import { createLogger } from '../../src/common/logging/logger.js';
import { PinoLoggerService } from '../../src/common/logging/pino-logger.service.js';
import { AppConfig } from '../../src/config/app-config.js';

/** Stands in every text that must never come out of the service. */
export const SECRET = 'sk-do-not-show';

const failures: Readonly<Record<string, () => Error>> = {
  unexpected: () =>
    Object.assign(new Error(`value "${SECRET}" is broken`), { parameters: [SECRET], severity: 'ERROR', code: '22P02' }),
  unauthenticated: () => DomainError.unauthenticated(null, 'no credential'),
  'bad-token': () => DomainError.unauthenticated('invalid_token', 'expired'),
  scope: () => DomainError.insufficientScope('admin'),
  forbidden: () => DomainError.forbidden('No', { code: 'PLAN_NOT_ELIGIBLE' }),
  unavailable: () => DomainError.unavailable('the database is away', { retryAfterSeconds: 3 }),
  invalid: () => DomainError.invalid('The input is wrong', [{ path: 'name', message: 'is too "long"' }]),
  client: () => OAuthError.invalidClient('wrong secret'),
};

function fail(name: string): never {
  throw failures[name]?.() ?? DomainError.notFound();
}

@Controller('things')
class ThingsController {
  @Get()
  list(): object {
    return { things: [] };
  }

  @Post()
  make(@Body() body: unknown): object {
    return { body: body ?? null };
  }

  @Get('fail/:name')
  fail(@Param('name') name: string): never {
    return fail(name);
  }
}

@Controller('oauth')
class OAuthController {
  @Post('token')
  @HttpCode(200)
  token(@Body() body: unknown): object {
    const text = Buffer.isBuffer(body) ? body.toString('utf8') : undefined;
    if (text?.startsWith('fail=')) fail(text.slice(5));
    return { bytes: text ?? null };
  }
}

@Controller()
class PublicController {
  @Get('health/live')
  live(): object {
    return { status: 'live' };
  }

  @Get('.well-known/oauth-authorization-server')
  @Header('Cache-Control', 'public, max-age=300')
  metadata(): object {
    return { metadata: true };
  }
}

@Module({ controllers: [ThingsController, OAuthController, PublicController] })
class EdgeModule {}

/** A running edge with a few routes behind it. */
export interface Edge {
  readonly port: number;
  readonly url: string;
  /** What was logged since the start, one JSON line each. */
  log(): string;
  close(): Promise<void>;
}

/** Starts the edge on a free port of 127.0.0.1, without a database. */
export async function startEdge(environment: Record<string, string> = {}): Promise<Edge> {
  const config = AppConfig.fromEnvironment(environment);
  let log = '';
  const sink = new Writable({
    write(chunk, _encoding, done) {
      log += String(chunk);
      done();
    },
  });
  const logger = createLogger('debug', sink);
  // Picked: as a whole the type is a class's, which no literal is.
  const options: Pick<NestApplicationOptions, 'bodyParser' | 'logger'> = {
    bodyParser: false,
    logger: new PinoLoggerService(logger),
  };
  const app = await NestFactory.create<NestFastifyApplication>(EdgeModule, createAdapter(config, logger), options);
  await configureHttp(app, config);
  await app.listen(0, '127.0.0.1');
  const { port } = app.getHttpServer().address() as { port: number };
  return { port, url: `http://127.0.0.1:${port}`, log: () => log, close: () => app.close() };
}

/** An answer as it came over the wire; header names in lower case, repeated headers joined by a line feed. */
export interface RawAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Sends bytes as they are and reads until the server closes; the request must ask for that. */
export async function sendRaw(port: number, request: string | Buffer): Promise<RawAnswer> {
  const chunks: Buffer[] = [];
  await new Promise<void>((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(request));
    socket.on('data', (chunk) => chunks.push(chunk));
    socket.on('close', () => resolve());
    // A server that refuses a large head closes while it is still being sent.
    socket.on('error', (error: NodeJS.ErrnoException) =>
      error.code === 'ECONNRESET' || error.code === 'EPIPE' ? resolve() : reject(error),
    );
  });
  const [head = '', ...rest] = Buffer.concat(chunks).toString('utf8').split('\r\n\r\n');
  const [statusLine = '', ...lines] = head.split('\r\n');
  const headers: Record<string, string> = {};
  for (const line of lines) {
    const name = line.slice(0, line.indexOf(':')).toLowerCase();
    const value = line.slice(line.indexOf(':') + 1).trim();
    headers[name] = headers[name] === undefined ? value : `${headers[name]}\n${value}`;
  }
  return { status: Number(statusLine.split(' ')[1]), headers, body: rest.join('\r\n\r\n') };
}

/** A request with a body, as text for `sendRaw`. */
export function rawRequest(line: string, headers: readonly string[] = [], body: string | Buffer = ''): Buffer {
  const bytes = Buffer.from(body);
  const head = [`${line} HTTP/1.1`, 'Host: x', 'Connection: close', ...headers, `Content-Length: ${bytes.length}`];
  return Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`), bytes]);
}
