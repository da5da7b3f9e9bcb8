import { type ErrorBodyName } from './error-bodies/index.js';

/** What the HTTP edge must know of the configuration. */
export interface EdgeOptions {
  readonly issuer: string;
  /** Empty, or `/t1`. */
  readonly issuerPath: string;
  readonly errorBody: ErrorBodyName;
  readonly requireHttps: boolean;
}
