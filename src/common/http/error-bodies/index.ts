import { envelope } from './envelope.js';
import { type ErrorBody } from './error-body.js';
import { nested } from './nested.js';
import { standard } from './standard.js';

/** The bodies that `ERROR_BODY` names. A new one is a file of this folder and a line here. */
export const ERROR_BODIES = { standard, nested, envelope } satisfies Record<string, ErrorBody>;
export type ErrorBodyName = keyof typeof ERROR_BODIES;
