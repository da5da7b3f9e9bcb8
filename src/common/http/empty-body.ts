import { z } from 'zod';

/** The body of an action that takes nothing: none, or an empty object. What is in it, a token say, is refused. */
export const emptyBody = z.strictObject({}).optional().meta({ id: 'Empty', description: 'Nothing' });
export type EmptyBody = z.infer<typeof emptyBody>;

/** Says in the OpenAPI document that it may be left out. */
export const EMPTY_BODY = { required: false, schema: { $ref: '#/components/schemas/Empty' } } as const;
