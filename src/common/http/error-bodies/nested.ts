import { z } from 'zod';
import { type ErrorBody } from './error-body.js';
import { errorDetails } from './error-details.js';

/** `{"error":{"code":"forbidden","message":…}}` */
export const nested: ErrorBody = {
  schema: z
    .object({
      error: z.object({
        code: z.string().meta({ description: 'For programs, lower case' }),
        message: z.string().meta({ description: 'For people' }),
        details: errorDetails,
      }),
    })
    .meta({ description: 'An error outside the OAuth endpoints' }),

  write: ({ code, message, details }) => ({
    error: { code: code.toLowerCase(), message, ...(details && { details }) },
  }),
};
