import { type Fault } from '../fault.js';

/** The shape of an error's body outside the OAuth endpoints: the same facts, as existing clients of a platform parse them. */
export type ErrorBody = (fault: Fault, requestId: string) => Readonly<Record<string, unknown>>;
