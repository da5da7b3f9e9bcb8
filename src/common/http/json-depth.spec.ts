import { describe, expect, it } from '@jest/globals';
import { isTooDeep } from './json-depth.js';

const nested = (levels: number, within = ''): string => `${'['.repeat(levels)}${within}${']'.repeat(levels)}`;

describe('the depth of JSON', () => {
  it.each([
    ['32 levels', nested(32)],
    ['32 levels of objects and lists', '{"a":['.repeat(16) + ']}'.repeat(16)],
    ['many side by side', `[${Array.from({ length: 1000 }, () => nested(31)).join(',')}]`],
    ['brackets in strings', JSON.stringify(nested(100, '"\\'))],
    ['a string with an escape at its end', `["\\\\","${nested(100)}"]`],
  ])('%s are read', (_name, text) => {
    expect(() => JSON.parse(text) as unknown).not.toThrow();
    expect(isTooDeep(text)).toBe(false);
  });

  it.each([
    ['33 levels', nested(33)],
    ['33 levels of objects', '{"a":'.repeat(33) + '1' + '}'.repeat(33)],
    ['levels that are never closed', '['.repeat(60_000)],
    ['levels after a string with an escape at its end', `["\\\\",${nested(32)}]`],
    ['levels after brackets in a string', `["]]]]",${nested(32)}]`],
  ])('%s are not', (_name, text) => {
    expect(isTooDeep(text)).toBe(true);
  });
});
