import { COMMON_PASSWORDS } from './common-passwords.js';

const MIN_CHARACTERS = 12;
const MAX_CHARACTERS = 256;

/** One to four characters, over and over. */
const REPEATED = /^(.{1,4}?)\1+.{0,3}$/su;
/** A word that everybody thinks of, once or more, and digits around it. */
const EVERYBODYS_WORD =
  /^\d*(?:password|passwort|passw0rd|p[a@]ssword|qwerty|qwertz|azerty|admin|administrator|welcome|letmein|changeme|iloveyou|secret|login|claviger)+\d*!?$/;
/** What lies side by side in the alphabet or on a keyboard. */
const ROWS = [
  '012345678901234567890123456789',
  'abcdefghijklmnopqrstuvwxyz',
  'qwertyuiop[]asdfghjkl;zxcvbnm,./',
  '1234567890-=qwertyuiop',
];
const SEQUENCES = ROWS.flatMap((row) => [row, Array.from(row).reverse().join('')]);

/** What a person types is compared in one form of Unicode: keyboards differ in how they write an accent. */
export function normalized(password: string): string {
  return password.normalize('NFC');
}

/**
 * Why a password cannot be taken, or null.
 * @see NIST SP 800-63B §5.1.1.2: length, and what is commonly used; no rules of composition
 */
export function whyRefused(password: string): string | null {
  const characters = Array.from(password).length;
  if (characters < MIN_CHARACTERS || characters > MAX_CHARACTERS) {
    return `must have ${MIN_CHARACTERS} to ${MAX_CHARACTERS} characters`;
  }
  return isCommon(password.toLowerCase()) ? 'is too common: attackers try it first' : null;
}

function isCommon(lower: string): boolean {
  return (
    COMMON_PASSWORDS.has(lower) ||
    REPEATED.test(lower) ||
    EVERYBODYS_WORD.test(lower) ||
    SEQUENCES.some((sequence) => sequence.includes(lower))
  );
}
