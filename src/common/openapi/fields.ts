import { z } from 'zod';

/** A time as every answer gives it. */
export const time = z.iso.datetime().meta({ description: 'ISO 8601, UTC', examples: ['2026-01-31T08:30:00.000Z'] });

/**
 * The id of an object.
 * @param prefix its type (`ws`, say)
 */
export function idField(prefix: string): z.ZodString {
  return z.string().meta({ examples: [`${prefix}_01J9ZQ4E8T3V5W7X9Y1A2B3C4D`] });
}

/**
 * The id of an object in a path. It has no example: the explorer would send that.
 * @param prefix its type (`ws`, say)
 */
export function idParameter(prefix: string): z.ZodString {
  return z.string().meta({ description: `An id, \`${prefix}_…\`` });
}

/** A name that people give: 1 to 200 characters, none of which moves a cursor or turns a text round. */
export const nameField = z
  .string()
  .trim()
  .min(1)
  .max(200)
  .regex(/^[^\p{Cc}\p{Cs}\u2028\u2029\u202A-\u202E\u2066-\u2069]*$/u, 'must not hold control characters');

/** Refuses what is said twice in a list, at its second place; for `superRefine`. */
export function distinct(list: readonly string[], { addIssue }: Pick<z.RefinementCtx, 'addIssue'>): void {
  const seen = new Set<string>();
  for (const [index, value] of list.entries()) {
    if (seen.has(value)) addIssue({ code: 'custom', message: 'is there already', path: [index] });
    seen.add(value);
  }
}

/** A time in a body that must lie ahead is judged by whoever knows the time; here it only must be one. */
export const timeField = z.iso.datetime({ offset: true }).transform((text) => new Date(text));
