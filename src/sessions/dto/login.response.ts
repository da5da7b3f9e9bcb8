import { z } from 'zod';
import { time } from '../../common/openapi/fields.js';

/** A token for whoever signed in. */
export const loginResponse = z
  .object({
    access_token: z.string().meta({ description: 'A JWT for the management API', examples: ['eyJhbGciOiJSUzI1NiIs…'] }),
    token_type: z.literal('Bearer'),
    expires_in: z.int().meta({ description: 'Seconds', examples: [7200] }),
    created_at: time,
  })
  .meta({ id: 'LoginResponse', description: 'A token for the management API' });
export type LoginResponse = z.infer<typeof loginResponse>;
