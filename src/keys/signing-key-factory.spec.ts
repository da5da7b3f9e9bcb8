import { createPublicKey, randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { SIGNING_ALGS, type SigningAlg } from '../common/oauth/vocabulary.js';
import { KeyEncryptionKeys } from '../sealing/key-encryption-keys.js';
import { toPublicJwk } from './public-jwk.js';
import { openPrivateKey } from './sealed-private-key.js';
import { SigningKeyFactory } from './signing-key-factory.js';

const keys = new KeyEncryptionKeys([randomBytes(32)]);
const factory = new SigningKeyFactory(keys);

const MEMBERS: Record<SigningAlg, string[]> = {
  RS256: ['alg', 'e', 'kid', 'kty', 'n', 'use'],
  PS256: ['alg', 'e', 'kid', 'kty', 'n', 'use'],
  ES256: ['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y'],
  EdDSA: ['alg', 'crv', 'kid', 'kty', 'use', 'x'],
};

describe.each(SIGNING_ALGS)('a new signing key for %s', (alg) => {
  it('shows its public half alone, and seals the private half that belongs to it', async () => {
    const { kid, publicJwk, sealedPrivate } = await factory.make(alg);
    expect(Object.keys(publicJwk).sort()).toEqual(MEMBERS[alg]);
    expect(publicJwk).toMatchObject({ kid, alg, use: 'sig' });
    const privateKey = await openPrivateKey(kid, sealedPrivate, keys);
    expect(await toPublicJwk(createPublicKey(privateKey), alg)).toEqual(publicJwk);
  });

  it('does not open under the kid of another key, nor under another key-encryption key', async () => {
    const [one, other] = await Promise.all([factory.make(alg), factory.make(alg)]);
    expect(one.kid).not.toBe(other.kid);
    await expect(openPrivateKey(other.kid, one.sealedPrivate, keys)).rejects.toThrow('another context');
    const wrong = new KeyEncryptionKeys([randomBytes(32)]);
    await expect(openPrivateKey(one.kid, one.sealedPrivate, wrong)).rejects.toThrow('no key fits');
  });
});

it('the event loop goes on while an RSA key is made', async () => {
  let turns = 0;
  const timer = setInterval(() => (turns += 1), 1);
  await Promise.all(Array.from({ length: 3 }, () => factory.make('RS256')));
  clearInterval(timer);
  expect(turns).toBeGreaterThan(5);
});
