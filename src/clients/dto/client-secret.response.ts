import { z } from 'zod';
import { idField, time } from '../../common/openapi/fields.js';
import { type UsedSecret } from '../client-secret.repository.js';

/** A client secret over HTTP, without the secret. */
export const clientSecretResponse = z
  .object({
    id: idField('sec'),
    last4: z.string().meta({ description: 'Its last four characters', examples: ['a1b2'] }),
    createdAt: time,
    expiresAt: time.nullable().meta({ description: 'When it stops working by itself' }),
    firstUsedAt: time.nullable(),
    lastUsedAt: time.nullable(),
    lastUsedFrom: z
      .string()
      .nullable()
      .meta({ description: 'The address of the last use', examples: ['192.0.2.7'] }),
    useCount: z.int(),
    safeToRetire: z.boolean().meta({ description: 'Whether it has not been used since the newest one was first used' }),
  })
  .meta({ id: 'ClientSecret', description: 'A live secret of a client, and its use' });
export type ClientSecretResponse = z.infer<typeof clientSecretResponse>;

/** Maps a client's secrets, newest first. */
export function toClientSecrets(secrets: readonly UsedSecret[]): ClientSecretResponse[] {
  const since = secrets[0]?.firstUsedAt ?? null;
  return secrets.map((secret, index) => ({
    id: secret.id,
    last4: secret.last4,
    createdAt: secret.createdAt.toISOString(),
    expiresAt: secret.expiresAt?.toISOString() ?? null,
    firstUsedAt: secret.firstUsedAt?.toISOString() ?? null,
    lastUsedAt: secret.lastUsedAt?.toISOString() ?? null,
    lastUsedFrom: secret.lastUsedFrom,
    useCount: Number(secret.useCount),
    safeToRetire: index > 0 && since !== null && (secret.lastUsedAt === null || secret.lastUsedAt < since),
  }));
}
