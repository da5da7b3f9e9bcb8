import Fastify from 'fastify';
import { authenticator, challenge } from './access-token.js';

const issuer = process.env.ISSUER || 'http://localhost:3000';
const audience = process.env.AUDIENCE || `${issuer.replace(/\/$/, '')}/v1`;
const authenticate = authenticator({ issuer, audience });

const app = Fastify({ logger: true });

// A route that forgets to name its scope stops the start, instead of standing open.
app.addHook('onRoute', ({ method, url, config }) => {
  if (!config?.scope) throw new Error(`${method} ${url} names no scope`);
});

// Before the body is read, and for unknown paths too: a stranger learns nothing about what there is.
app.decorateRequest('token', null);
app.addHook('onRequest', async (request, reply) => {
  request.token = await authenticate(request.headers.authorization);
  const { scope } = request.routeOptions.config;
  if (scope && !request.token.scopes.includes(scope)) {
    reply.header('www-authenticate', challenge({ error: 'insufficient_scope', scope }));
    return reply.code(403).send({ error: 'insufficient_scope' });
  }
});

app.setErrorHandler((error, request, reply) => {
  const status = error.statusCode ?? 500;
  if (status >= 500) request.log.error(error.cause ?? error);
  else request.log.info({ reason: error.cause?.message }, error.message);
  if (error.challenge) reply.header('www-authenticate', error.challenge);
  return reply.code(status).send({ error: status === 500 ? 'Internal error' : error.message });
});

// The tenant is the token's, never one that the request names. A real API has a database in this place.
const reports = [];

app.get('/reports', { config: { scope: 'read' } }, (request) => ({
  reports: reports.filter(({ accountId }) => accountId === request.token.accountId),
}));

const body = {
  type: 'object',
  required: ['title'],
  additionalProperties: false,
  properties: { title: { type: 'string', minLength: 1, maxLength: 200 } },
};

app.post('/reports', { config: { scope: 'write' }, schema: { body } }, (request, reply) => {
  const { accountId, clientId } = request.token;
  const report = { title: request.body.title, accountId, clientId };
  reports.push(report);
  return reply.code(201).send(report);
});

await app.listen({ port: Number(process.env.PORT || 4000), host: process.env.HOST || '127.0.0.1' });
