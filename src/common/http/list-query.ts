import { z } from 'zod';

/** The query of every list: how many at most, newest first. */
export const listQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(1000).default(100).meta({ description: 'At most this many' }),
});
export type ListQuery = z.infer<typeof listQuery>;
