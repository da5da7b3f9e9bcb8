import { composed } from '../common/normal-form.js';

/** The longest e-mail address (RFC 5321 §4.5.3.1.3, without its brackets). */
export const MAX_ADDRESS_CHARACTERS = 254;

/** The form in which an address that somebody signs in with is compared; of one that is too long, none. */
export function comparedAddress(address: string): string {
  return (composed(address, MAX_ADDRESS_CHARACTERS) ?? '').toLowerCase();
}
