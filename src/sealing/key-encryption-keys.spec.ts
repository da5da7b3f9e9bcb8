import { randomBytes } from 'node:crypto';
import { inspect } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { KeyEncryptionKeys } from './key-encryption-keys.js';
import { SealingError } from './sealing.error.js';

const older = randomBytes(32);
const newer = randomBytes(32);
const keys = new KeyEncryptionKeys([older]);
const secret = Buffer.from('a private key');

const faultOf = async (unsealing: Promise<Buffer>): Promise<unknown> => {
  const error: unknown = await unsealing.catch((caught: unknown) => caught);
  return error instanceof SealingError ? error.fault : error;
};

describe('KeyEncryptionKeys', () => {
  it('opens what it sealed, for the same context', async () => {
    const sealed = await keys.seal('signing_key:a', secret);
    expect(await keys.unseal('signing_key:a', sealed)).toEqual(secret);
  });

  it('seals the same text differently each time', async () => {
    expect(await keys.seal('signing_key:a', secret)).not.toBe(await keys.seal('signing_key:a', secret));
  });

  it('writes a compact JWE by dir and A256GCM that names its key and its context', async () => {
    const [header, encryptedKey] = (await keys.seal('signing_key:a', secret)).split('.');
    const parsed: unknown = JSON.parse(Buffer.from(header!, 'base64url').toString());
    const kid = expect.stringMatching(/^[\w-]{12}$/) as unknown;
    expect(parsed).toEqual({ alg: 'dir', enc: 'A256GCM', kid, ctx: 'signing_key:a' });
    expect(encryptedKey).toBe('');
  });

  it('does not open a value that was moved to another context', async () => {
    const sealed = await keys.seal('signing_key:a', secret);
    expect(await faultOf(keys.unseal('signing_key:b', sealed))).toBe('sealed for another context');
  });

  it('does not open a value whose context was rewritten', async () => {
    const [header, ...rest] = (await keys.seal('signing_key:a', secret)).split('.');
    const forged = Buffer.from(Buffer.from(header!, 'base64url').toString().replace('key:a', 'key:b'));
    const sealed = [forged.toString('base64url'), ...rest].join('.');
    expect(await faultOf(keys.unseal('signing_key:b', sealed))).toBe('damaged');
  });

  it('does not open what another key sealed', async () => {
    const sealed = await keys.seal('signing_key:a', secret);
    expect(await faultOf(new KeyEncryptionKeys([newer]).unseal('signing_key:a', sealed))).toBe('no key fits');
  });

  it.each([1, 2, 3, 4])('does not open a value that is damaged in part %i', async (index) => {
    const parts = (await keys.seal('signing_key:a', secret)).split('.');
    const part = parts[index] ?? '';
    parts[index] = (part.startsWith('A') ? 'B' : 'A') + part.slice(1);
    expect(await faultOf(keys.unseal('signing_key:a', parts.join('.')))).toBe('damaged');
  });

  it.each(['', 'x', '....', 'e30....', 'no.jwe'])('takes %j for damaged', async (text) => {
    expect(await faultOf(keys.unseal('signing_key:a', text))).toBe('damaged');
    expect(keys.isCurrent(text)).toBe(false);
  });

  it('opens what an older key of the list sealed, and seals under the first', async () => {
    const old = await keys.seal('pepper:1', secret);
    const both = new KeyEncryptionKeys([newer, older]);
    const fresh = await both.seal('pepper:1', secret);
    expect(await both.unseal('pepper:1', old)).toEqual(secret);
    expect([both.isCurrent(old), both.isCurrent(fresh)]).toEqual([false, true]);
    expect(await new KeyEncryptionKeys([newer]).unseal('pepper:1', fresh)).toEqual(secret);
  });

  it('shows no key where it is printed', () => {
    const printed = JSON.stringify(keys) + inspect(keys, { depth: 9, showHidden: true });
    expect(printed).not.toContain(older.toString('base64'));
    expect(printed).not.toContain(older.toString('hex'));
  });

  it.each([[[]], [[randomBytes(31)]], [[randomBytes(32), randomBytes(33)]]])('refuses a wrong list (%#)', (list) => {
    expect(() => new KeyEncryptionKeys(list)).toThrow(RangeError);
  });
});
