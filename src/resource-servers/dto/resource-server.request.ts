import { z } from 'zod';
import { identifierField, serverFields } from './resource-server.fields.js';

const { name, scopes, roleScopes, tokenTtlSeconds, signingAlg, tokenFormat, tokenTyp, clientIds } = serverFields;

/** A new resource server. */
export const newResourceServerRequest = z
  .strictObject({
    identifier: identifierField.meta({ description: 'The audience, byte for byte; it cannot change' }),
    name,
    scopes: scopes.default([]),
    roleScopes: roleScopes.default({}),
    tokenTtlSeconds: tokenTtlSeconds.default(null),
    signingAlg: signingAlg.optional().meta({ description: 'Signs its tokens; left out: SIGNING_ALG' }),
    tokenFormat: tokenFormat.default('jwt'),
    tokenTyp: tokenTyp.default('at+jwt'),
    clientIds: clientIds.default([]),
  })
  .meta({ id: 'NewResourceServer', description: 'A new resource server' });
export type NewResourceServerRequest = z.infer<typeof newResourceServerRequest>;

/** What changes of a resource server. */
export const resourceServerChangesRequest = z
  .strictObject({
    name: name.optional(),
    scopes: scopes.optional(),
    roleScopes: roleScopes.optional(),
    tokenTtlSeconds: tokenTtlSeconds.optional(),
    signingAlg: signingAlg.optional(),
    tokenFormat: tokenFormat.optional(),
    tokenTyp: tokenTyp.optional(),
    clientIds: clientIds.optional(),
  })
  .meta({
    id: 'ResourceServerChanges',
    description: 'What changes of a resource server; what is left out stays, lists and maps are replaced whole',
  });
export type ResourceServerChangesRequest = z.infer<typeof resourceServerChangesRequest>;
