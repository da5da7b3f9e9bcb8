import { z } from 'zod';
import { idField, time } from '../../common/openapi/fields.js';
import { type Workspace } from '../workspace.entity.js';

/** A workspace over HTTP. */
export const workspaceResponse = z
  .object({
    id: idField('ws'),
    accountId: idField('acc'),
    name: z.string().meta({ examples: ['Payments'] }),
    slug: z.string().meta({ description: 'Unique in its account', examples: ['payments'] }),
    createdAt: time,
    updatedAt: time,
  })
  .meta({ id: 'Workspace', description: 'A workspace' });
export type WorkspaceResponse = z.infer<typeof workspaceResponse>;

/** Maps the entity; nothing of it leaves otherwise. */
export function toWorkspace({ id, accountId, name, slug, createdAt, updatedAt }: Workspace): WorkspaceResponse {
  return { id, accountId, name, slug, createdAt: createdAt.toISOString(), updatedAt: updatedAt.toISOString() };
}
