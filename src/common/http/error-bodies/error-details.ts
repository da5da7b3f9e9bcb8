import { z } from 'zod';
import { MAX_DETAIL_LENGTH, MAX_DETAILS } from '../../errors/domain.error.js';

/** What in the input is wrong, for people who mend it; only where there is something to name. */
export const errorDetails = z
  .array(
    z
      .object({
        path: z.string().max(MAX_DETAIL_LENGTH).meta({ description: 'Where in the input; dots part the levels' }),
        message: z.string().max(MAX_DETAIL_LENGTH).meta({ description: 'What is wrong there' }),
      })
      .meta({ id: 'ErrorDetail', description: 'Where in the input something is wrong, and what' }),
  )
  .max(MAX_DETAILS)
  .optional();
