import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { isSampleText, isWeakKey, parseKeyEncryptionKeys } from './key-encryption-key.js';

describe('key-encryption keys', () => {
  it('are read in their order, with or without padding', () => {
    const [first, second] = [randomBytes(32), randomBytes(32)];
    const list = `${first.toString('base64')} , ${second.toString('base64').replace('=', '')}`;

    expect(parseKeyEncryptionKeys(list)).toEqual([first, second]);
  });

  it.each([
    ['31 bytes', randomBytes(31).toString('base64')],
    ['33 bytes', randomBytes(33).toString('base64')],
    ['hex', randomBytes(32).toString('hex')],
    ['base64 with something in it', `${randomBytes(32).toString('base64')}!`],
    ['an empty entry', `${randomBytes(32).toString('base64')},`],
    ['plain text', 'changeme'],
    ['nothing', ''],
  ])('%s is refused', (_name, list) => expect(parseKeyEncryptionKeys(list)).toBeNull());

  it.each([
    ['zeros', Buffer.alloc(32)],
    ['one byte repeated', Buffer.alloc(32, 7)],
    ['a word repeated', Buffer.alloc(32, 'changeme')],
    ['a sample in words', Buffer.from('this-is-an-example-key-0123456!!')],
  ])('%s is weak', (_name, key) => expect(isWeakKey(key)).toBe(true));

  it('a random key is not weak', () => {
    for (let i = 0; i < 1000; i++) expect(isWeakKey(randomBytes(32))).toBe(false);
  });

  it.each(['changeme', 'CHANGE_ME', 'your-secret', 'example'])('%s is a sample', (text) =>
    expect(isSampleText(text)).toBe(true),
  );
});
