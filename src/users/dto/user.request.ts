import { z } from 'zod';
import { nameField } from '../../common/openapi/fields.js';

const email = z
  .string()
  .trim()
  .normalize('NFC')
  .toLowerCase()
  .regex(/^[^\s@\p{Cc}\p{Cs}]{1,64}@[^\s@\p{Cc}\p{Cs}]{1,189}$/u, 'must be an e-mail address')
  .meta({ description: 'The name to sign in with, whatever its case', examples: ['ada@example.com'] });
const role = z
  .string()
  .min(1)
  .max(200)
  .meta({ examples: ['account_admin'] });
const workspaceId = z
  .string()
  .nullable()
  .optional()
  .meta({ description: 'For a role of workspace level, and for no other: a workspace of the account' });

/** A new person. */
export const newUserRequest = z
  .strictObject({ email, name: nameField, role, workspaceId })
  .meta({ id: 'NewUser', description: 'A new person' });
export type NewUserRequest = z.infer<typeof newUserRequest>;

/** What changes of a person. */
export const userChangesRequest = z
  .strictObject({ email: email.optional(), name: nameField.optional(), role: role.optional(), workspaceId })
  .meta({
    id: 'UserChanges',
    description:
      'What changes of a person; what is left out stays. With a role of workspace level comes a workspace, unless the ' +
      'person is in one; with one above, the person leaves it.',
  });
export type UserChangesRequest = z.infer<typeof userChangesRequest>;
