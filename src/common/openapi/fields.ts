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
