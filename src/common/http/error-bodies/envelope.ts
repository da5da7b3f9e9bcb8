import { z } from 'zod';
import { type ErrorBody } from './error-body.js';
import { errorDetails } from './error-details.js';

/** `{"success":false,"message":…}` */
export const envelope: ErrorBody = {
  schema: z
    .object({
      success: z.literal(false),
      message: z.string().meta({ description: 'For people' }),
      details: errorDetails,
    })
    .meta({ description: 'An error outside the OAuth endpoints' }),

  write: ({ message, details }) => ({ success: false, message, ...(details && { details }) }),
};
