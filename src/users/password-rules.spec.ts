import { describe, expect, it } from '@jest/globals';
import { isPossiblePassword, normalized, whyRefused } from './password-rules.js';

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
    '12P@sswordAdministratorAdmin34!',
    'abcdabcdabcdxyz',
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
    'passwordpassworX',
    'administrador2024',
    'password1234!!',
    'abcdabcdabcdwxyz',
    '123456789!123!456',
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

  it('is longer than it can be before anybody puts its accents in order', () => {
    const sent = `a${'\u0301\u0316'.repeat(16_000)}`;

    expect(normalized(sent)).toBe(sent);
    expect(isPossiblePassword(sent)).toBe(false);
    expect(whyRefused(normalized(sent))).toBe('must have 12 to 256 characters');
  });
});

describe('what can be a password', () => {
  it.each([
    ['x'.repeat(11), false],
    ['x'.repeat(12), true],
    ['🗝'.repeat(256), true],
    ['🗝'.repeat(257), false],
    ['e\u0301'.repeat(256), true],
    ['e\u0301'.repeat(11), false],
    ['x'.repeat(65_536), false],
  ])('is judged by its length alone: %j is %s', (text, possible) => {
    expect(isPossiblePassword(text)).toBe(possible);
  });
});
