import { type z } from 'zod';
import { type Fault } from '../fault.js';

/** The shape of an error's body outside the OAuth endpoints: the same facts, as existing clients of a platform parse them. */
export interface ErrorBody {
  /** What the OpenAPI document says of the shape. */
  readonly schema: z.ZodType;
  write(fault: Fault, requestId: string): Readonly<Record<string, unknown>>;
}
