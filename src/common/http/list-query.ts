import { z } from 'zod';

/** `Number` would read `0x10`, `1e2` and spaces, too. */
const wholeNumber = (given: unknown): unknown => (/^\d{1,4}$/.test(String(given)) ? given : NaN);

/** The query of every list: how many at most, newest first, from where. */
export const listQuery = z.strictObject({
  limit: z
    .preprocess(wholeNumber, z.coerce.number().int().min(1).max(1000))
    .default(100)
    .meta({ description: 'At most this many; 100 if left out' }),
  cursor: z
    .string()
    .optional()
    .meta({ description: 'Where the page begins: follow the `Link` header with `rel="next"` of the page before' }),
});
export type ListQuery = z.infer<typeof listQuery>;

/** The header of a list, for the OpenAPI document. */
export const LIST_HEADERS = { Link: 'The next page, `rel="next"` (RFC 8288), where there is one' };
