import { z } from 'zod';
import { LEVELS } from '../../common/oauth/vocabulary.js';
import { time } from '../../common/openapi/fields.js';
import { type Role } from '../role.entity.js';
import { assignableByField } from './role.fields.js';

/** A role over HTTP. */
export const roleResponse = z
  .object({
    id: z.string().meta({ description: 'Its name', examples: ['report_reader'] }),
    name: z.string().meta({ examples: ['report_reader'] }),
    level: z.enum(LEVELS),
    assignableBy: assignableByField,
    scopes: z.array(z.string()).meta({
      description: 'On the management API; what it may do elsewhere, resource servers say',
      examples: [['read']],
    }),
    builtIn: z.boolean().meta({ description: 'Every installation has it, and it cannot be changed' }),
    createdAt: time,
    updatedAt: time,
  })
  .meta({ id: 'Role', description: 'A role' });
export type RoleResponse = z.infer<typeof roleResponse>;

/** Maps the entity; nothing of it leaves otherwise. */
export function toRole({ name, level, assignableBy, scopes, builtIn, createdAt, updatedAt }: Role): RoleResponse {
  return {
    id: name,
    name,
    level,
    assignableBy,
    scopes: [...scopes],
    builtIn,
    createdAt: createdAt.toISOString(),
    updatedAt: updatedAt.toISOString(),
  };
}
