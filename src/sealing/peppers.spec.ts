import crypto, { createHmac, randomBytes } from 'node:crypto';
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { Peppers } from './peppers.js';
import { PresentedSecret } from './presented-secret.js';

const first = { id: 'one', secret: randomBytes(32) };
const second = { id: 'two', secret: randomBytes(32) };
const peppers = new Peppers();
peppers.load([first, second]);
const matches = (secret: string, pepperId: string, hash: Buffer): boolean =>
  peppers.matches(new PresentedSecret(secret), pepperId, hash);

afterEach(() => {
  jest.restoreAllMocks();
});

describe('Peppers', () => {
  it('hashes with HMAC-SHA-256 under the first pepper', () => {
    const hash = createHmac('sha256', first.secret).update('s3cret').digest();
    expect(peppers.hash('s3cret')).toEqual({ pepperId: 'one', hash });
  });

  it('matches a secret with its own hash, under whichever pepper it was made', () => {
    for (const { pepperId, hash } of [peppers.hash('s3cret'), peppers.hash('s3cret', 'two')]) {
      expect(matches('s3cret', pepperId, hash)).toBe(true);
    }
  });

  it.each(['', 'S3cret', ' s3cret', 's3cret ', 's3cret\0', 's3cre', 's3crett'])('does not match %j', (secret) => {
    const { pepperId, hash } = peppers.hash('s3cret');
    expect(matches(secret, pepperId, hash)).toBe(false);
  });

  it('sees a change after the 72nd byte, and another Unicode form of the same text', () => {
    const long = peppers.hash(`${'x'.repeat(99)}a`);
    expect(matches(`${'x'.repeat(99)}b`, long.pepperId, long.hash)).toBe(false);
    const composed = peppers.hash('\u00e9');
    expect(matches('e\u0301', composed.pepperId, composed.hash)).toBe(false);
  });

  it('does not match a hash under another pepper, an unknown one, or none of the right length', () => {
    const { hash } = peppers.hash('s3cret');
    expect(matches('s3cret', 'two', hash)).toBe(false);
    expect(matches('s3cret', 'three', hash)).toBe(false);
    expect(matches('s3cret', '__proto__', hash)).toBe(false);
    expect(matches('s3cret', 'one', hash.subarray(0, 31))).toBe(false);
    expect(matches('s3cret', 'one', Buffer.alloc(0))).toBe(false);
  });

  it('matches none of ten thousand random secrets', () => {
    const { pepperId, hash } = peppers.hash('s3cret');
    const guesses = Array.from({ length: 10_000 }, () => randomBytes(30).toString('base64url'));
    expect(guesses.some((guess) => matches(guess, pepperId, hash))).toBe(false);
  });

  it('hashes a presented secret once for each pepper, however many hashes it is held against', () => {
    const spy = jest.spyOn(crypto, 'createHmac');
    const presented = new PresentedSecret('s3cret');
    for (let i = 0; i < 5; i++) peppers.matches(presented, 'one', randomBytes(32));
    expect(spy).toHaveBeenCalledTimes(1);
    peppers.matches(presented, 'two', randomBytes(32));
    expect(spy).toHaveBeenCalledTimes(2);
  });

  it('does as much work for a client or pepper that is not there', () => {
    const hmac = jest.spyOn(crypto, 'createHmac');
    const compare = jest.spyOn(crypto, 'timingSafeEqual');
    expect(peppers.matchesNothing(new PresentedSecret('s3cret'))).toBe(false);
    matches('s3cret', 'three', randomBytes(32));
    expect([hmac.mock.calls.length, compare.mock.calls.length]).toEqual([2, 2]);
  });

  it('hashes nothing before it is loaded, and nothing under an unknown pepper', () => {
    expect(() => new Peppers().hash('s3cret')).toThrow('not loaded');
    expect(() => peppers.hash('s3cret', 'three')).toThrow('No such pepper');
  });

  it('shows neither peppers nor the presented secret where they are printed', () => {
    const printed = JSON.stringify([peppers, new PresentedSecret('s3cret')]);
    expect(printed).toBe('[{},{}]');
  });
});
