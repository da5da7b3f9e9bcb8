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
    createdBy: z.string().meta({ description: 'Who made it: the principal, or the user that it acted for' }),
    updatedAt: time,
  })
  .meta({ id: 'Workspace', description: 'A workspace' });
export type WorkspaceResponse = z.infer<typeof workspaceResponse>;

/** Maps the entity; nothing of it leaves otherwise. */
export function toWorkspace(workspace: Workspace): WorkspaceResponse {
  const { id, accountId, name, slug, createdAt, createdBy, updatedAt } = workspace;
  return {
    id,
    accountId,
    name,
    slug,
    createdAt: createdAt.toISOString(),
    createdBy,
    updatedAt: updatedAt.toISOString(),
  };
}
