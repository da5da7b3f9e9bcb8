/** A character has six UTF-16 units at most before its parts are put together. */
const UNITS_OF_A_CHARACTER = 6;

/** How many UTF-16 units a text may have, in whichever form of Unicode, that has so many characters at most. */
export function mostUnits(characters: number): number {
  return characters * UNITS_OF_A_CHARACTER;
}

/**
 * The text in Unicode's normal form C, in which what looks alike is alike. Its length is looked at first: to put a run
 * of combining marks in order costs the square of the run's length.
 * @param characters how many the text may have
 * @returns null for a text that must have more
 */
export function composed(text: string, characters: number): string | null {
  return text.length > mostUnits(characters) ? null : text.normalize('NFC');
}
