import { describe, expect, it } from '@jest/globals';
import { normalized, whyRefused } from './password-rules.js';

describe('a new password', () => {
  it.each(['a'.repeat(11), 'short', '', 'x1y2'.repeat(65), '🗝'.repeat(11)])(
    'has 12 to 256 characters: %j',
    (password) => {
      expect(whyRefused(password)).toBe('must have 12 to 256 characters');
    },
  );

  it.each([
    'password1234',
    'PassWord1234',
    'passwordpassword',
    'qwerty123456',
    '1qaz2wsx3edc',
    'administrator',
    'Administrator2024',
    'iloveyou2026',
    'aaaaaaaaaaaa',
    'abcabcabcabcab',
    '123456789012',
    '098765432109',
    'qwertyuiop[]',
    'abcdefghijklmn',
  ])('is none that everybody tries first: %j', (password) => {
    expect(whyRefused(password)).toBe('is too common: attackers try it first');
  });

  it.each([
    'correct horse battery staple',
    'x'.repeat(6) + 'y'.repeat(7),
    'Tr0ub4dor&3-and-more',
    'пароль-с-ключом',
    'my password is long',
    '🗝🔒🗝🔑🚪🔒🗝🔑🚪🪟🗝🔒',
    Array.from({ length: 128 }, (_, index) => String.fromCodePoint(0x4e00 + index))
      .join('')
      .repeat(2),
  ])('may be anything else: %j', (password) => {
    expect(whyRefused(password)).toBeNull();
  });

  it('is the same however the keyboard writes an accent', () => {
    expect(normalized('cafe\u0301')).toBe(normalized('caf\u00e9'));
  });
});
