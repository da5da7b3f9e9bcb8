import { z } from 'zod';
import { type Principal } from '../../common/access/principal.js';
import { MANAGEMENT_SCOPES } from '../../common/oauth/scope.js';
import { LEVELS } from '../../common/oauth/vocabulary.js';
import { idField, time } from '../../common/openapi/fields.js';

/** A principal, as it sees itself. */
export const whoamiResponse = z
  .object({
    type: z.string().meta({ examples: ['client'] }),
    id: idField('cli'),
    level: z.enum(LEVELS),
    accountId: idField('acc').nullable(),
    workspaceId: idField('ws').nullable(),
    role: z.string().meta({ examples: ['workspace_admin'] }),
    scopes: z.array(z.enum(MANAGEMENT_SCOPES)).meta({ description: 'Scopes on the management API' }),
    expiresAt: time.nullable().meta({ description: 'When the credential that was presented ends' }),
  })
  .meta({ id: 'Whoami', description: 'The principal, its tenant, level, role, scopes and expiry' });
export type WhoamiResponse = z.infer<typeof whoamiResponse>;

/** Shows a principal to itself. */
export function toWhoami({ scopes, expiresAt, ...principal }: Principal): WhoamiResponse {
  const { type, id, level, accountId, workspaceId, role } = principal;
  return {
    type,
    id,
    level,
    accountId,
    workspaceId,
    role,
    scopes: MANAGEMENT_SCOPES.filter((scope) => scopes.includes(scope)),
    expiresAt: expiresAt === null ? null : new Date(expiresAt).toISOString(),
  };
}
