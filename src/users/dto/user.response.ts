import { z } from 'zod';
import { idField, time } from '../../common/openapi/fields.js';
import { type RoleSnapshot } from '../../roles/role.repository.js';
import { LEVELS } from '../../common/oauth/vocabulary.js';
import { type User, USER_STATUSES } from '../user.entity.js';

const fields = {
  id: idField('usr'),
  accountId: idField('acc'),
  workspaceId: idField('ws').nullable().meta({ description: 'Null but for a role of workspace level' }),
  email: z.string().meta({ description: 'In lower case; unique in its account', examples: ['ada@example.com'] }),
  name: z.string().meta({ examples: ['Ada Lovelace'] }),
  role: z.string().meta({ examples: ['account_admin'] }),
  level: z.enum(LEVELS).meta({ description: "The role's" }),
  status: z.enum(USER_STATUSES).meta({ description: '`invited` until a password is set' }),
  lastLoginAt: time.nullable(),
  createdAt: time,
  createdBy: z.string().meta({ description: 'Who made it: the principal, or the user that it acted for' }),
  updatedAt: time,
};

/** A person over HTTP. */
export const userResponse = z.object(fields).meta({ id: 'User', description: 'A person' });
export type UserResponse = z.infer<typeof userResponse>;

const setupToken = z.string().meta({
  description: 'For `POST /auth/password`, once and within 24 hours. It is shown this once.',
  examples: ['cv_st_…'],
});

/** A person who was just made. */
export const madeUserResponse = z
  .object({ ...fields, setupToken: setupToken.optional() })
  .meta({ id: 'MadeUser', description: 'A person who was just made; with `setupToken` if a person made them' });
export type MadeUserResponse = z.infer<typeof madeUserResponse>;

/** A setup token, shown once. */
export const setupTokenResponse = z
  .object({ setupToken })
  .meta({ id: 'SetupToken', description: 'A setup token, in place of the one before' });
export type SetupTokenResponse = z.infer<typeof setupTokenResponse>;

/** Maps the entity; nothing of it leaves otherwise. */
export function toUser(user: User, { level }: Pick<RoleSnapshot, 'level'>, lastLoginAt: Date | null): UserResponse {
  const { id, accountId, workspaceId, email, name, role, status, createdAt, createdBy, updatedAt } = user;
  return {
    id,
    accountId,
    workspaceId,
    email,
    name,
    role,
    level,
    status,
    lastLoginAt: lastLoginAt?.toISOString() ?? null,
    createdAt: createdAt.toISOString(),
    createdBy,
    updatedAt: updatedAt.toISOString(),
  };
}
