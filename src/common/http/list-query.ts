import { z } from 'zod';

/** The query of every list: how many at most, newest first, from where. */
export const listQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(1000).default(100).meta({ description: 'At most this many' }),
  cursor: z
    .string()
    .optional()
    .meta({ description: 'Where the page begins: follow the `Link` header with `rel="next"` of the page before' }),
});
export type ListQuery = z.infer<typeof listQuery>;

/** The header of a list, for the OpenAPI document. */
export const LIST_HEADERS = { Link: 'The next page, `rel="next"` (RFC 8288), where there is one' };
