import { z } from 'zod';
import { OWN_ROLE_LEVELS } from '../role.entity.js';
import { assignableByField, managementScopesField, roleNameField } from './role.fields.js';

/** A new role of the platform's own. */
export const newRoleRequest = z
  .strictObject({
    name: roleNameField,
    level: z
      .enum(OWN_ROLE_LEVELS)
      .meta({ description: 'Whose principals have it: workspaces’, or the platform’s own' }),
    scopes: managementScopesField,
    assignableBy: assignableByField.optional(),
  })
  .meta({ id: 'NewRole', description: 'A new role' });
export type NewRoleRequest = z.infer<typeof newRoleRequest>;

/** What changes of a role. */
export const roleChangesRequest = z
  .strictObject({ scopes: managementScopesField.optional(), assignableBy: assignableByField.optional() })
  .meta({ id: 'RoleChanges', description: 'What changes of a role; what is left out stays' });
export type RoleChangesRequest = z.infer<typeof roleChangesRequest>;
