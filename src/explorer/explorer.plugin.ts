import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import helmet from '@fastify/helmet';
import fastifyStatic from '@fastify/static';
import { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { matchesEtag } from '../common/http/etag.js';
import { explorerPage, explorerScript, SCRIPT, UI_FILES } from './explorer-page.js';

/** What the explorer shows, and where. */
export interface ExplorerOptions {
  /** The issuer's path: empty, or `/t1`. */
  readonly issuerPath: string;
  /** The identifier of the management API. */
  readonly audience: string;
  /** The OpenAPI document. */
  readonly document: object;
}

const UI_DIRECTORY = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));

/** What the page may do: load from here, and call here. Swagger UI sets styles on its elements as it draws them. */
const CONTENT_SECURITY_POLICY = {
  useDefaults: false,
  directives: {
    defaultSrc: ["'none'"],
    scriptSrc: ["'self'"],
    styleSrc: ["'self'", "'unsafe-inline'"],
    imgSrc: ["'self'", 'data:'],
    connectSrc: ["'self'"],
    baseUri: ["'none'"],
    formAction: ["'none'"],
    frameAncestors: ["'none'"],
  },
};

/** Serves `/openapi.json` and, as a page for people, `/docs`. Only the page has the headers of a page. */
export async function registerExplorer(fastify: FastifyInstance, options: ExplorerOptions): Promise<void> {
  const { issuerPath, audience, document } = options;
  const base = `${issuerPath}/docs`;
  const documentUrl = `${issuerPath}/openapi.json`;
  fastify.get(documentUrl, prebuilt('application/json; charset=utf-8', JSON.stringify(document)));
  await fastify.register(async (pages) => {
    // Fastify would write the edge's policy over the page's.
    pages.addHook('onRequest', (_request, reply, done) => {
      reply.removeHeader('content-security-policy');
      done();
    });
    // HSTS is the business of the edge, which knows whether the issuer has HTTPS.
    await pages.register(helmet, {
      contentSecurityPolicy: CONTENT_SECURITY_POLICY,
      strictTransportSecurity: false,
      frameguard: { action: 'deny' },
    });
    await pages.register(fastifyStatic, { root: UI_DIRECTORY, serve: false, maxAge: '1h' });
    const page = prebuilt('text/html; charset=utf-8', explorerPage(base));
    pages.get(base, page);
    pages.get(`${base}/`, page);
    pages.get(`${base}/${SCRIPT}`, prebuilt('text/javascript; charset=utf-8', explorerScript(documentUrl, audience)));
    for (const file of UI_FILES) pages.get(`${base}/${file}`, (_request, reply) => reply.sendFile(file));
  });
}

type Handler = (request: FastifyRequest, reply: FastifyReply) => FastifyReply;

/** Answers with the same bytes each time, or with 304 to whoever has them. */
function prebuilt(contentType: string, text: string): Handler {
  const body = Buffer.from(text);
  const etag = `"${createHash('sha256').update(body).digest('base64url')}"`;
  return (request, reply) => {
    // A new version of the service is seen at once.
    void reply.headers({ 'cache-control': 'no-cache', etag });
    if (matchesEtag(request.headers['if-none-match'], etag)) return reply.code(304).send();
    return reply.type(contentType).send(body);
  };
}
