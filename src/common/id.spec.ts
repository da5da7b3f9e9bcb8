import { describe, expect, it } from '@jest/globals';
import { decodeTime } from 'ulid';
import { isId, newId, newIdAfter } from './id.js';

const now = 1_800_000_000_000;

describe('an id that is to come after another', () => {
  it('does, though the other was made by a clock that is ahead', () => {
    const ahead = `sec_02${'Z'.repeat(24)}`;
    const id = newIdAfter('sec', now, ahead);
    expect(isId('sec', id)).toBe(true);
    expect(id > ahead).toBe(true);
  });

  it('tells the present where there is none before, or an old one', () => {
    const first = newIdAfter('aud', 4_000_000_000_000, null);
    expect(decodeTime(first.slice(4))).toBe(4_000_000_000_000);
    expect(decodeTime(newIdAfter('aud', 4_000_000_000_500, first).slice(4))).toBe(4_000_000_000_500);
    expect(newId('aud', now) > first).toBe(true);
  });
});
