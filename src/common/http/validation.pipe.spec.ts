import { describe, expect, it } from '@jest/globals';
import { malformed } from './validation.pipe.js';

describe('what is told of a malformed request', () => {
  it('is where it does not fit, and why', () => {
    const { details } = malformed([
      { path: ['roleScopes', { key: 'a' }, 0], message: 'is wrong' },
      { message: 'is, too' },
    ]);

    expect(details).toEqual([
      { path: 'roleScopes.a.0', message: 'is wrong' },
      { path: '', message: 'is, too' },
    ]);
  });

  it('is short, whatever was sent', () => {
    const key = 'k'.repeat(30_000);
    const { details } = malformed(
      Array.from({ length: 15_000 }, (_, index) => ({ path: [key, index], message: `Unrecognized key: "${key}"` })),
    );

    expect(details).toHaveLength(20);
    expect(details?.[0]).toEqual({
      path: `${'k'.repeat(249)}…`,
      message: `Unrecognized key: "${'k'.repeat(230)}…`,
    });
  });
});
