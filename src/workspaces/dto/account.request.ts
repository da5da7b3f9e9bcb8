import { z } from 'zod';
import { nameField } from '../../common/openapi/fields.js';
import { ACCOUNT_STATUSES, PLANS } from '../../common/plan.js';

/** A new account. */
export const newAccountRequest = z
  .strictObject({ name: nameField, plan: z.enum(PLANS) })
  .meta({ id: 'NewAccount', description: 'A new account' });
export type NewAccountRequest = z.infer<typeof newAccountRequest>;

/** What changes of an account. */
export const accountChangesRequest = z
  .strictObject({
    name: nameField.optional(),
    plan: z.enum(PLANS).optional().meta({ description: 'By the platform only' }),
    status: z.enum(ACCOUNT_STATUSES).optional().meta({ description: 'By the platform only' }),
  })
  .meta({ id: 'AccountChanges', description: 'What changes of an account; what is left out stays' });
export type AccountChangesRequest = z.infer<typeof accountChangesRequest>;
