import { describe, expect, it } from '@jest/globals';
import { composed, mostUnits } from './normal-form.js';

describe('the normal form of a text', () => {
  it('is one, however its accents were typed', () => {
    expect(composed('cafe\u0301', 4)).toBe('caf\u00e9');
  });

  it('is found of everything that can have so few characters: none is made of more than six units', () => {
    const longest = Array.from({ length: 0x110000 }, (_, point) => point)
      .filter((point) => point < 0xd800 || point > 0xdfff)
      .map((point) => String.fromCodePoint(point))
      .filter((character) => character.normalize('NFC') === character)
      .reduce((most, character) => Math.max(most, character.normalize('NFD').length), 0);

    expect(longest).toBeLessThanOrEqual(mostUnits(1));
    expect(composed('\u0390'.normalize('NFD').repeat(256), 256)).toBe('\u0390'.repeat(256));
  });

  it('is not looked for in a longer text', () => {
    expect(composed('x'.repeat(mostUnits(10) + 1), 10)).toBeNull();
  });
});
