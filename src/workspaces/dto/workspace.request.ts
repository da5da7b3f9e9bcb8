import { z } from 'zod';
import { nameField } from '../../common/openapi/fields.js';

const slug = z
  .string()
  .regex(/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/, 'must be 1 to 63 of a-z, 0-9 and -, not beginning or ending with -')
  .meta({ examples: ['payments'] });

/** A new workspace. */
export const newWorkspaceRequest = z
  .strictObject({ name: nameField, slug })
  .meta({ id: 'NewWorkspace', description: 'A new workspace' });
export type NewWorkspaceRequest = z.infer<typeof newWorkspaceRequest>;

/** What changes of a workspace. */
export const workspaceChangesRequest = z
  .strictObject({ name: nameField.optional(), slug: slug.optional() })
  .meta({ id: 'WorkspaceChanges', description: 'What changes of a workspace; what is left out stays' });
export type WorkspaceChangesRequest = z.infer<typeof workspaceChangesRequest>;
