import { z } from 'zod';
import { MANAGEMENT_SCOPES } from '../../common/oauth/scope.js';
import { LEVELS } from '../../common/oauth/vocabulary.js';
import { distinct } from '../../common/openapi/fields.js';

/** The name of a role, which is its id. */
export const roleNameField = z
  .string()
  .regex(/^[a-z][a-z0-9_]{0,62}$/, 'must be 1 to 63 of a-z, 0-9 and _, beginning with a letter')
  .meta({ examples: ['report_reader'] });

/** Who may give a role. */
export const assignableByField = z
  .enum(LEVELS)
  .meta({ description: 'The lowest level whose principals may give the role; not below its own level' });

/** What a role may do on the management API; each scope once. */
export const managementScopesField = z
  .array(z.enum(MANAGEMENT_SCOPES))
  .max(MANAGEMENT_SCOPES.length)
  .superRefine(distinct)
  .meta({ description: 'On the management API; `admin` holds the others', examples: [['read']], uniqueItems: true });
