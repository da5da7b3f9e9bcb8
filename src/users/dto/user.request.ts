import { z } from 'zod';
import { mostUnits } from '../../common/normal-form.js';
import { nameField } from '../../common/openapi/fields.js';
import { MAX_ADDRESS_CHARACTERS } from '../email-address.js';

const NO_ADDRESS = 'must be an e-mail address';
const email = z
  .string()
  .trim()
  // Before it is normalised, which costs the square of what is sent.
  .max(mostUnits(MAX_ADDRESS_CHARACTERS), { error: NO_ADDRESS, abort: true })
  .normalize('NFC')
  .toLowerCase()
  .regex(/^[^\s@\p{Cc}\p{Cs}]{1,64}@[^\s@\p{Cc}\p{Cs}]{1,189}$/u, NO_ADDRESS)
  .meta({
    maxLength: MAX_ADDRESS_CHARACTERS,
    description: 'The name to sign in with, whatever its case',
    examples: ['ada@example.com'],
  });
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
