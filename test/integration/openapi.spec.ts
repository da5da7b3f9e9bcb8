import { type NestApplicationOptions } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { type OpenAPIObject } from '@nestjs/swagger';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { type AppInputs, AppModule } from '../../src/app.module.js';
import { AppConfig } from '../../src/config/app-config.js';
import { createOpenApi } from '../../src/openapi.js';

interface Response {
  $ref?: string;
  content?: Record<string, { schema: { $ref?: string; type?: string; items?: { $ref?: string } }; examples?: object }>;
}
interface Operation {
  operationId: string;
  summary: string;
  tags: string[];
  security?: object[];
  requestBody?: object;
  responses: Record<string, Response>;
  'x-access'?: { kind: string; level?: string; scope?: string };
}

/** The routes are read, and nothing is started. */
async function describeApi(environment: Record<string, string>): Promise<OpenAPIObject> {
  const config = AppConfig.fromEnvironment(environment);
  const module = AppModule.with({ config } as AppInputs);
  const options: Pick<NestApplicationOptions, 'preview' | 'logger'> = { preview: true, logger: false };
  const app = await NestFactory.create(module, new FastifyAdapter(), options);
  return createOpenApi(app, config);
}

describe('the OpenAPI document', () => {
  let document: OpenAPIObject;
  let operations: [string, Operation][];

  const responseOf = (response: Response): Response =>
    response.$ref === undefined
      ? response
      : (document.components!.responses![response.$ref.replace('#/components/responses/', '')] as Response);

  beforeAll(async () => {
    document = await describeApi({});
    operations = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods as Record<string, Operation>).map(([method, operation]): [string, Operation] => [
        `${method.toUpperCase()} ${path}`,
        operation,
      ]),
    );
  });

  it('gives every operation a summary, an access rule, its security, a name of its own and a tag that is described', () => {
    const tags = document.tags!.map(({ name }) => name);
    for (const [name, operation] of operations) {
      expect([name, operation.summary]).toEqual([name, expect.stringMatching(/^[A-Z].{8,}[^.]$/)]);
      expect([name, operation['x-access']?.kind]).toEqual([name, expect.any(String)]);
      expect([name, operation.security]).toEqual([name, expect.any(Array)]);
      expect(tags).toEqual(expect.arrayContaining(operation.tags));
    }
    expect(new Set(operations.map(([, { operationId }]) => operationId)).size).toBe(operations.length);
    expect(new Set(operations.flatMap(([, operation]) => operation.tags))).toEqual(new Set(tags));
  });

  it('names the schema of every body, and gives every error an example', () => {
    for (const [name, { responses }] of operations) {
      const statuses = Object.keys(responses);
      expect([name, statuses]).toEqual([name, expect.arrayContaining([expect.stringMatching(/^2/), '500'])]);
      for (const [status, response] of Object.entries(responses)) {
        const json = responseOf(response).content?.['application/json'];
        if (['204', '304'].includes(status)) continue;
        expect([name, status, json?.schema.$ref ?? json?.schema.items?.$ref]).toEqual([
          name,
          status,
          expect.stringMatching(/^#\/components\/schemas\//),
        ]);
        if (status.startsWith('2')) continue;
        expect([name, status, Object.keys(json!).length]).toEqual([name, status, 2]);
      }
    }
  });

  it('says of every body that it may be too large or of another type', () => {
    const withBody = operations.filter(([, { requestBody }]) => requestBody !== undefined);
    expect(withBody.length).toBeGreaterThan(15);
    for (const [name, { responses }] of withBody) {
      const expected = name === 'POST /oauth/token' ? ['413'] : ['413', '415'];
      expect([name, Object.keys(responses).filter((status) => ['413', '415'].includes(status))]).toEqual([
        name,
        expected,
      ]);
    }
  });

  it('takes security from the rule that the guard reads', () => {
    const of = (name: string): Operation => operations.find(([known]) => known === name)![1];

    expect(of('GET /v1/workspace').security).toEqual([{ oauth2: ['read'] }, { bearer: [] }, { apiKey: [] }]);
    expect(of('GET /v1/whoami').security).toEqual([{ oauth2: [] }, { bearer: [] }, { apiKey: [] }]);
    expect(of('GET /health/live').security).toEqual([]);
    expect(of('GET /v1/workspace').responses['403']).toEqual({ $ref: '#/components/responses/Forbidden' });
    expect(of('GET /v1/whoami').responses['401']).toEqual({ $ref: '#/components/responses/Unauthorized' });
  });

  it('refers to nothing that is not in it', () => {
    const references = JSON.stringify(document)
      .match(/"#\/[^"]+"/g)!
      .map((quoted) => quoted.slice(3, -1));
    expect(references.length).toBeGreaterThan(50);
    for (const reference of new Set(references)) {
      const target = reference
        .split('/')
        .reduce<unknown>((node, key) => (node as Record<string, unknown>)[key], document);
      expect([reference, target]).toEqual([reference, expect.any(Object)]);
    }
    expect(JSON.stringify(document)).not.toMatch(/\$defs|x-problems/);
  });

  it.each([
    ['standard', { statusCode: 404, error: 'Not Found', code: 'NOT_FOUND', message: 'Not found' }],
    ['nested', { error: { code: 'not_found', message: 'Not found' } }],
    ['envelope', { success: false, message: 'Not found' }],
  ])('shows the error body that is configured: %s', async (ERROR_BODY, body) => {
    const { components } = await describeApi({ ERROR_BODY });
    const { content } = components!.responses!.NotFound as { content: Record<string, { examples: object }> };

    expect(content['application/json']!.examples).toEqual({ notFound: { value: expect.objectContaining(body) } });
    expect(Object.keys((components!.schemas!.Error as { properties: object }).properties)).toEqual(
      expect.arrayContaining(Object.keys(body)),
    );
  });

  it('serves and authorizes under the path of the issuer', async () => {
    const { servers, components, paths } = await describeApi({ ISSUER: 'https://h.example/t1' });

    expect(servers).toEqual([{ url: '/t1' }]);
    expect(components!.securitySchemes!.oauth2).toMatchObject({
      flows: { clientCredentials: { tokenUrl: '/t1/oauth/token' } },
    });
    expect(Object.keys(paths)).toContain('/oauth/token');
  });
});
