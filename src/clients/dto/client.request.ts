import { z } from 'zod';
import { nameField, timeField } from '../../common/openapi/fields.js';

const text = (longest: number): z.ZodString =>
  z
    .string()
    .min(1)
    .max(longest)
    .regex(/^[^\0]*$/, 'must not hold NUL');

const identifier = text(255);

const role = text(200);

const audiences = z
  .array(identifier)
  .min(1)
  .max(100)
  .refine((given) => new Set(given).size === given.length, 'must not repeat')
  .meta({ description: 'Identifiers of APIs, byte for byte' });

const defaultAudience = identifier
  .nullable()
  .optional()
  .meta({ description: 'What a token request that names no audience gets: one of the audiences' });

const common = {
  name: nameField,
  audiences: audiences.optional().meta({ description: 'Identifiers of APIs; left out, DEFAULT_AUDIENCE' }),
  defaultAudience,
  expiresAt: timeField.nullable().optional().meta({ description: 'When it ends by itself; must lie ahead' }),
};

/** A new client of the platform. */
export const newPlatformClientRequest = z
  .strictObject({
    ...common,
    role: role.optional().meta({ description: 'Of platform level; left out, `platform_admin`' }),
  })
  .meta({ id: 'NewPlatformClient', description: 'A new client of the platform' });
export type NewPlatformClientRequest = z.infer<typeof newPlatformClientRequest>;

/** A new client of an account. */
export const newAccountClientRequest = z
  .strictObject({ ...common, role: role.optional().meta({ description: 'Always `account_admin`' }) })
  .meta({ id: 'NewAccountClient', description: 'A new client of an account' });
export type NewAccountClientRequest = z.infer<typeof newAccountClientRequest>;

/** A new client of a workspace. */
export const newWorkspaceClientRequest = z
  .strictObject({ ...common, role: role.meta({ description: 'Of workspace level', examples: ['content_manager'] }) })
  .meta({ id: 'NewWorkspaceClient', description: 'A new client of a workspace' });
export type NewWorkspaceClientRequest = z.infer<typeof newWorkspaceClientRequest>;

/** What changes of a client. */
export const clientChangesRequest = z
  .strictObject({
    name: nameField.optional(),
    role: role.optional().meta({ description: "Of the client's level; that of an account's client is fixed" }),
    audiences: audiences.optional().meta({ description: 'Identifiers of APIs; they replace the whole list' }),
    defaultAudience,
  })
  .meta({ id: 'ClientChanges', description: 'What changes of a client; what is left out stays' });
export type ClientChangesRequest = z.infer<typeof clientChangesRequest>;
