import { z } from 'zod';
import { SIGNING_ALGS, TOKEN_FORMAT_NAMES, TOKEN_TYPS } from '../../common/oauth/vocabulary.js';
import { idField, time } from '../../common/openapi/fields.js';
import { type RegisteredServer } from '../registered-server.js';
import { chosenAlgorithm } from '../signing-algorithm.js';

/** A resource server over HTTP. */
export const resourceServerResponse = z
  .object({
    id: idField('rs'),
    identifier: z.string().meta({ description: 'The audience', examples: ['https://api.example.com/'] }),
    name: z.string().meta({ examples: ['Invoices API'] }),
    scopes: z.array(z.string()).meta({ examples: [['invoices:read', 'invoices:write']] }),
    roleScopes: z.record(z.string(), z.array(z.string())).meta({
      description: 'Role to scopes. Empty for the management API, where the scopes of the role itself count',
      examples: [{ content_manager: ['invoices:read'] }],
    }),
    tokenTtlSeconds: z.int().nullable().meta({ description: 'Null: the default, ACCESS_TOKEN_TTL' }),
    signingAlg: z.enum(SIGNING_ALGS),
    signingAlgFrom: time.nullable().meta({
      description:
        'When `signingAlg` begins to sign; null if it does. Until then a changed resource server signs with the ' +
        'algorithm before it, and a new one waits',
    }),
    tokenFormat: z.enum(TOKEN_FORMAT_NAMES),
    tokenTyp: z.enum(TOKEN_TYPS),
    clientIds: z
      .array(z.string())
      .meta({ description: 'The clients that are this API; of those, the ones that the reader reaches' }),
    createdAt: time,
    updatedAt: time,
  })
  .meta({ id: 'ResourceServer', description: 'An API that accepts tokens' });
export type ResourceServerResponse = z.infer<typeof resourceServerResponse>;

/** Maps the entity; nothing of it leaves otherwise. @param nowMs epoch milliseconds, from the Clock */
export function toResourceServer(server: RegisteredServer, nowMs: number): ResourceServerResponse {
  const { id, identifier, name, scopes, roleScopes, tokenTtlSeconds, nextSigningAlgFrom: from } = server;
  return {
    id,
    identifier,
    name,
    scopes: [...scopes],
    roleScopes: Object.fromEntries(Object.entries(roleScopes).map(([role, granted]) => [role, [...granted]])),
    tokenTtlSeconds,
    signingAlg: chosenAlgorithm(server),
    signingAlgFrom: from !== null && from.getTime() > nowMs ? from.toISOString() : null,
    tokenFormat: server.tokenFormat,
    tokenTyp: server.tokenTyp,
    clientIds: [...server.clientIds],
    createdAt: server.createdAt.toISOString(),
    updatedAt: server.updatedAt.toISOString(),
  };
}
