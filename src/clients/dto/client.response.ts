import { z } from 'zod';
import { LEVELS } from '../../common/oauth/vocabulary.js';
import { idField, time } from '../../common/openapi/fields.js';
import { type DescribedClient } from '../client-description.js';

const identifier = z.string().meta({ examples: ['https://api.example/'] });

/** A client over HTTP, without anything secret. */
export const clientResponse = z
  .object({
    id: idField('cli'),
    clientId: idField('cli').meta({ description: 'The `client_id`: the same as `id`' }),
    name: z.string().meta({ examples: ['Nightly export'] }),
    role: z.string().meta({ examples: ['content_manager'] }),
    level: z.enum(LEVELS),
    accountId: idField('acc').nullable(),
    workspaceId: idField('ws').nullable(),
    audiences: z.array(identifier).meta({ description: 'Identifiers of the APIs that it may have tokens for' }),
    defaultAudience: identifier.nullable().meta({ description: 'What a token request that names no audience gets' }),
    audience: identifier.nullable().meta({ description: 'The default audience, or the first' }),
    secretLast4: z
      .string()
      .nullable()
      .meta({ description: 'The last four characters of the newest secret', examples: ['a1b2'] }),
    status: z.enum(['active', 'deactivated']),
    expiresAt: time.nullable(),
    createdAt: time,
    createdBy: z.string().meta({ description: 'Who made it: the principal, or the user that it acted for' }),
    updatedAt: time,
  })
  .meta({ id: 'Client', description: 'An OAuth client, without its secrets' });
export type ClientResponse = z.infer<typeof clientResponse>;

/** Maps a client; nothing of its entities leaves otherwise. */
export function toClient({ client, audiences, defaultAudience, secretLast4 }: DescribedClient): ClientResponse {
  const { id, name, role, level, accountId, workspaceId, createdBy } = client;
  return {
    id,
    clientId: id,
    name,
    role,
    level,
    accountId,
    workspaceId,
    audiences,
    defaultAudience,
    audience: defaultAudience ?? audiences[0] ?? null,
    secretLast4,
    status: client.endedAt === null ? 'active' : 'deactivated',
    expiresAt: client.expiresAt?.toISOString() ?? null,
    createdAt: client.createdAt.toISOString(),
    createdBy,
    updatedAt: client.updatedAt.toISOString(),
  };
}
