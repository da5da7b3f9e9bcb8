import { readFileSync } from 'node:fs';
import { type ServerOptions } from 'node:https';
import { type Socket } from 'node:net';
import { type FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { type FastifyServerOptions, LogController } from 'fastify';
import { type Logger } from 'pino';
import { EdgeAdapter } from './common/http/edge-adapter.js';
import { ExceptionsFilter, type RefusalListener } from './common/http/exceptions.filter.js';
import { issuerPathRewriter } from './common/http/issuer-path.js';
import { onRequest } from './common/http/on-request.js';
import { BODY_LIMIT, readBody } from './common/http/request-body.js';
import { requestId } from './common/http/request-id.js';
import { type AppConfig } from './config/app-config.js';
import { ConfigurationError } from './config/configuration.error.js';
import { registerExplorer } from './explorer/explorer.plugin.js';
import { createOpenApi } from './openapi.js';

/** Against clients that send a byte now and then; Node looks for them this often. */
const SERVER_OPTIONS = { headersTimeout: 10_000, connectionsCheckingInterval: 5_000 };

/**
 * Nest's HTTP adapter with every limit of the edge set.
 * @throws ConfigurationError if a TLS file cannot be read
 */
export function createAdapter(config: AppConfig, logger: Logger): FastifyAdapter {
  const filter = new ExceptionsFilter(config);
  const rewriteUrl = issuerPathRewriter(config.issuerPath);
  const options: Omit<FastifyServerOptions, 'logger'> = {
    loggerInstance: logger,
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'requestId' }),
    genReqId: requestId,
    trustProxy: config.trustedProxies.length > 0 ? [...config.trustedProxies] : false,
    bodyLimit: BODY_LIMIT,
    requestTimeout: 15_000,
    // Longer than a load balancer's, so that it is never the server that closes under a request.
    keepAliveTimeout: 65_000,
    forceCloseConnections: 'idle',
    // Fastify's own answer while closing has neither our headers nor our body; what still arrives is served.
    return503OnClosing: false,
    routerOptions: { maxParamLength: 256 },
    frameworkErrors: (error, request, reply) => filter.answer(error, request, reply),
    clientErrorHandler: refuseConnection,
    ...(rewriteUrl && { rewriteUrl }),
  };
  return config.tls === null
    ? new EdgeAdapter({ ...options, http: SERVER_OPTIONS })
    : new EdgeAdapter({ ...options, https: { ...SERVER_OPTIONS, ...readTls(config.tls) } });
}

/**
 * Installs everything that a request passes before and after its controller; to be called before `init` or `listen`.
 * The application must be created with `bodyParser: false`.
 * @param refused hears of what is refused
 */
export async function configureHttp(
  app: NestFastifyApplication,
  config: AppConfig,
  refused?: RefusalListener,
): Promise<void> {
  const fastify = app.getHttpAdapter().getInstance();
  fastify.addHook('onRequest', onRequest(config));
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser('*', { parseAs: 'buffer' }, (request, bytes: Buffer, done) => {
    let body: unknown;
    try {
      body = readBody(request, bytes, config.issuerPath);
    } catch (error) {
      done(error as Error);
      return;
    }
    // Outside the try: `done` runs the handler, whose errors are not the parser's.
    done(null, body);
  });
  app.useGlobalFilters(new ExceptionsFilter(config, refused));
  if (config.issuerPath !== '') app.setGlobalPrefix(config.issuerPath);
  await registerExplorer(fastify, {
    issuerPath: config.issuerPath,
    audience: config.managementAudience,
    document: createOpenApi(app, config),
  });
}

/** What Node's parser refuses before there is a request gets a status and nothing else. */
function refuseConnection(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed || !socket.writable) return void socket.destroy();
  const status = statusOfClientError(error.code);
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}

function statusOfClientError(code: string | undefined): string {
  if (code === 'HPE_HEADER_OVERFLOW') return '431 Request Header Fields Too Large';
  return code === 'ERR_HTTP_REQUEST_TIMEOUT' ? '408 Request Timeout' : '400 Bad Request';
}

function readTls({ certFile, keyFile }: NonNullable<AppConfig['tls']>): ServerOptions {
  const read = (name: string, file: string): Buffer => {
    try {
      return readFileSync(file);
    } catch (error) {
      throw new ConfigurationError([`${name} cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown'})`]);
    }
  };
  // RFC 9325 §3.1.1: nothing older than TLS 1.2.
  return { cert: read('TLS_CERT_FILE', certFile), key: read('TLS_KEY_FILE', keyFile), minVersion: 'TLSv1.2' };
}
