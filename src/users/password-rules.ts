import { composed } from '../common/normal-form.js';
import { COMMON_PASSWORDS } from './common-passwords.js';

const MIN_CHARACTERS = 12;
const MAX_CHARACTERS = 256;

/** A unit of so many characters, over and over, with the rest of a unit at the end. */
const REPEATED_UNITS = [1, 2, 3, 4];
const LONGEST_REST = 3;
/** Words that everybody thinks of. */
const EVERYBODYS_WORDS = (
  'password p@ssword passw0rd passwort qwerty qwertz azerty admin administrator welcome letmein changeme iloveyou ' +
  'secret login claviger'
).split(' ');
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
  // What is too long is nobody's password in any form.
  return composed(password, MAX_CHARACTERS) ?? password;
}

/** Whether a text that was presented can be anybody's password, by its length alone. */
export function isPossiblePassword(text: string): boolean {
  const password = composed(text, MAX_CHARACTERS);
  return password !== null && hasLength(password);
}

/**
 * Why a password cannot be taken, or null.
 * @see NIST SP 800-63B §5.1.1.2: length, and what is commonly used; no rules of composition
 */
export function whyRefused(password: string): string | null {
  if (!hasLength(password)) return `must have ${MIN_CHARACTERS} to ${MAX_CHARACTERS} characters`;
  return isCommon(password.toLowerCase()) ? 'is too common: attackers try it first' : null;
}

function hasLength(password: string): boolean {
  // A character is one or two UTF-16 units.
  if (password.length > 2 * MAX_CHARACTERS) return false;
  const characters = Array.from(password).length;
  return characters >= MIN_CHARACTERS && characters <= MAX_CHARACTERS;
}

function isCommon(lower: string): boolean {
  return (
    COMMON_PASSWORDS.has(lower) ||
    isRepeated(Array.from(lower)) ||
    isEverybodysWord(lower) ||
    SEQUENCES.some((sequence) => sequence.includes(lower))
  );
}

function isRepeated(characters: readonly string[]): boolean {
  return REPEATED_UNITS.some((unit) => {
    let end = unit;
    while (end < characters.length && characters[end] === characters[end - unit]) end++;
    const repeated = end - (end % unit);
    return repeated > unit && characters.length - repeated <= LONGEST_REST;
  });
}

/** Words, with digits around them and a `!` at the end. Each place that words can lead to is looked at once. */
function isEverybodysWord(lower: string): boolean {
  const from = digitsFrom(lower, 0);
  const reached = new Set([from]);
  for (const place of reached) {
    for (const word of EVERYBODYS_WORDS) if (lower.startsWith(word, place)) reached.add(place + word.length);
  }
  return [...reached].some((end) => end > from && ['', '!'].includes(lower.slice(digitsFrom(lower, end))));
}

/** Where digits end that begin here. */
function digitsFrom(text: string, start: number): number {
  let end = start;
  while ('0' <= text.charAt(end) && text.charAt(end) <= '9') end++;
  return end;
}
