import { z } from 'zod';

/** What in the input is wrong, for people who mend it; only where there is something to name. */
export const errorDetails = z
  .array(
    z
      .object({
        path: z.string().meta({ description: 'Where in the input; dots part the levels' }),
        message: z.string().meta({ description: 'What is wrong there' }),
      })
      .meta({ id: 'ErrorDetail', description: 'Where in the input something is wrong, and what' }),
  )
  .optional();
