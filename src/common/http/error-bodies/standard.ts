import { STATUS_CODES } from 'node:http';
import { z } from 'zod';
import { type ErrorBody } from './error-body.js';
import { errorDetails } from './error-details.js';

/** `{"statusCode":403,"error":"Forbidden","code":"FORBIDDEN","message":…,"requestId":…}` */
export const standard: ErrorBody = {
  schema: z
    .object({
      statusCode: z.int().meta({ description: 'The HTTP status' }),
      error: z.string().meta({ description: 'The reason phrase of the status' }),
      code: z.string().meta({ description: 'For programs: stays as it is when the message is reworded' }),
      message: z.string().meta({ description: 'For people' }),
      details: errorDetails,
      requestId: z.string().meta({ description: 'The X-Request-Id of the answer; it is in the log, too' }),
    })
    .meta({ description: 'An error outside the OAuth endpoints' }),

  write: ({ status, code, message, details }, requestId) => ({
    statusCode: status,
    error: STATUS_CODES[status],
    code,
    message,
    ...(details && { details }),
    requestId,
  }),
};
