import { z } from 'zod';
import { idField, time } from '../../common/openapi/fields.js';
import { type Account } from '../account.entity.js';
import { ACCOUNT_STATUSES, PLANS } from '../../common/plan.js';

/** An account over HTTP. */
export const accountResponse = z
  .object({
    id: idField('acc'),
    name: z.string().meta({ examples: ['Acme'] }),
    plan: z.enum(PLANS),
    status: z.enum(ACCOUNT_STATUSES).meta({ description: 'Nothing works in an account that is suspended' }),
    createdAt: time,
    updatedAt: time,
  })
  .meta({ id: 'Account', description: 'An account: a tenant' });
export type AccountResponse = z.infer<typeof accountResponse>;

/** Maps the entity; nothing of it leaves otherwise. */
export function toAccount({ id, name, plan, status, createdAt, updatedAt }: Account): AccountResponse {
  return { id, name, plan, status, createdAt: createdAt.toISOString(), updatedAt: updatedAt.toISOString() };
}
