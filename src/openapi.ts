import { readFileSync } from 'node:fs';
import { type INestApplication } from '@nestjs/common';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { ACCESS_EXTENSION, type AccessRule, SECURITY_SCHEMES } from './common/access/access.decorator.js';
import { type ErrorBody } from './common/http/error-bodies/error-body.js';
import { ERROR_BODIES } from './common/http/error-bodies/index.js';
import { emptyBody } from './common/http/without-body.js';
import { PROBLEM } from './common/openapi/operation.decorator.js';
import { oauthErrorSchema, problemResponse } from './common/openapi/problem-response.js';
import { type Problem, type ProblemName, PROBLEMS_BY_NAME } from './common/openapi/problems.js';
import { convertSchema } from './common/openapi/schema-converter.js';
import { type AppConfig } from './config/app-config.js';
import { tokenRequest } from './oauth/dto/token.request.js';

const DESCRIPTION = `An OAuth 2.0 authorization server for machines.

A client gets its token at \`/oauth/token\`, and calls the endpoints below \`/v1\` with one for the management API.
Every answer has an \`X-Request-Id\`, which the log names, too. A method that a path does not have is 405, with \`Allow\`.`;

const TAGS = {
  Tokens: 'Where clients get their tokens',
  Discovery: 'What the server tells everybody: its keys and what it can do',
  Identity: 'Who a credential is',
  Accounts: 'The tenants',
  Workspaces: 'The parts of an account, kept apart',
  Roles: 'What principals may do on the management API',
  'Resource servers': 'The APIs that accept tokens',
  Clients: 'OAuth clients and their secrets',
  Audit: 'Who did what to what, from where and when',
  People: 'People of an account and of its workspaces',
  'Signing in': 'How people get their tokens, and how a token ends',
  Health: 'For whoever restarts processes, and for whoever sends them requests',
} as const;

const SCOPES = {
  read: 'Read what the principal reaches',
  write: 'Change it',
  admin: 'Administer it; holds the others',
};

type Schemas = NonNullable<NonNullable<OpenAPIObject['components']>['schemas']>;
type Operation = NonNullable<OpenAPIObject['paths'][string]['get']>;
type Extended = Operation & { [ACCESS_EXTENSION]?: AccessRule };

/**
 * The OpenAPI 3.1 document of the routes that this application has, with the error bodies and the path that it is
 * configured with. Servers and token endpoint are relative, so it holds wherever it is fetched from.
 */
export function createOpenApi(app: INestApplication, config: AppConfig): OpenAPIObject {
  const document = SwaggerModule.createDocument(app, shell(config), {
    ignoreGlobalPrefix: true,
    standardSchemaConverter: convertSchema,
  });
  const operations = Object.values(document.paths).flatMap((path) => Object.values(path) as Extended[]);
  const used = new Set(operations.flatMap(complete));
  const components = (document.components ??= {});
  const body: ErrorBody = ERROR_BODIES[config.errorBody];
  components.responses = Object.fromEntries(
    Object.entries<Problem>(PROBLEMS_BY_NAME)
      .filter(([name]) => used.has(name as ProblemName))
      .map(([name, problem]) => [name, problemResponse(problem, config.issuer, body)]),
  );
  components.schemas = sorted({ ...components.schemas, ...furtherSchemas(body) });
  return document;
}

function shell({ issuerPath }: AppConfig): Omit<OpenAPIObject, 'paths'> {
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
    version: string;
  };
  const builder = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle('Claviger')
    .setDescription(DESCRIPTION)
    .setVersion(version)
    .addServer(issuerPath === '' ? '/' : issuerPath)
    .addSecurity(SECURITY_SCHEMES.bearer, {
      type: 'http',
      scheme: 'bearer',
      description: 'A token that is there already (RFC 6750 §2.1)',
    })
    .addSecurity(SECURITY_SCHEMES.apiKey, {
      type: 'apiKey',
      in: 'header',
      name: 'x-api-key',
      description: 'An API key',
    })
    .addSecurity(SECURITY_SCHEMES.clientSecret, {
      type: 'http',
      scheme: 'basic',
      description: 'Client id and secret, each form-urlencoded (RFC 6749 §2.3.1)',
    })
    // The last one: its dialog puts the cursor there.
    .addSecurity(SECURITY_SCHEMES.oauth2, {
      type: 'oauth2',
      description: 'A client asks for a token of the management API (RFC 6749 §4.4)',
      flows: { clientCredentials: { tokenUrl: `${issuerPath}/oauth/token`, scopes: SCOPES } },
    });
  for (const [name, description] of Object.entries(TAGS)) builder.addTag(name, description);
  const document = builder.build();
  // The builder's empty contact says nothing.
  delete document.info.contact;
  return document;
}

/** Gives an operation the errors and the sentence that follow from its access rule; answers which errors it has. */
function complete(operation: Extended): ProblemName[] {
  const rule = operation[ACCESS_EXTENSION];
  const own = Object.keys(operation).filter((key) => key.startsWith(PROBLEM));
  // Its own come last: they say more of the same status.
  const named = own.map((key) => key.slice(PROBLEM.length) as ProblemName);
  const names = [...problemsOf(rule), ...problemsOfBody(operation), ...named];
  for (const key of own) Reflect.deleteProperty(operation, key);
  for (const name of names) {
    operation.responses[PROBLEMS_BY_NAME[name].status] = { $ref: `#/components/responses/${name}` };
  }
  // OpenAPI 3.1 §4.8.10: an empty list says that there is no security, where none would leave it open.
  operation.security ??= [];
  const sentence = sentenceOf(rule);
  if (sentence !== undefined) {
    operation.description = operation.description ? `${operation.description}\n\n${sentence}` : sentence;
  }
  return names;
}

function problemsOf(rule: AccessRule | undefined): ProblemName[] {
  if (!rule || rule.kind === 'public') return [];
  const common: ProblemName[] = ['BadRequest', 'Unauthorized', 'Internal', 'Unavailable'];
  return [...common, rule.kind === 'granted' ? 'Forbidden' : 'HttpsRequired'];
}

/** The OAuth endpoints say in their own words what is wrong with a body. */
function problemsOfBody({ requestBody }: Extended): ProblemName[] {
  const types = Object.keys((requestBody as { content?: object } | undefined)?.content ?? {});
  return types.length === 1 ? ['PayloadTooLarge', 'UnsupportedMediaType'] : [];
}

function sentenceOf(rule: AccessRule | undefined): string | undefined {
  if (rule?.kind === 'optional') return 'For everybody; a credential, where one is shown, must be good.';
  if (rule?.kind === 'authenticated') return 'For every principal.';
  if (rule?.kind !== 'granted') return undefined;
  const self = rule.orSelf === undefined ? '' : ', or for the client itself with any scope';
  return `For principals of level \`${rule.level}\` and above with the scope \`${rule.scope}\`${self}.`;
}

/** The schemas that no handler's parameters and answers name. */
function furtherSchemas(body: ErrorBody): Schemas {
  const error = convertSchema(body.schema, { schemaType: 'output' });
  return {
    ...error.components,
    Error: error.schema,
    ...convertSchema(oauthErrorSchema, { schemaType: 'output' }).components,
    ...convertSchema(tokenRequest, { schemaType: 'input' }).components,
    ...convertSchema(emptyBody, { schemaType: 'input' }).components,
  };
}

function sorted<T>(record: Record<string, T>): Record<string, T> {
  return Object.fromEntries(Object.entries(record).sort(([one], [other]) => (one < other ? -1 : 1)));
}
