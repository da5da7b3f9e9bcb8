import { randomBytes } from 'node:crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { Clock } from '../common/clock.js';
import { type SigningAlg } from '../common/oauth/vocabulary.js';
import { KeyEncryptionKeys } from '../sealing/key-encryption-keys.js';
import { newSigningKey } from './key-lifecycle.js';
import { KeyRing } from './key-ring.js';
import { type SigningKey } from './signing-key.entity.js';
import { SigningKeyFactory } from './signing-key-factory.js';
import { SigningQueue } from './signers/signing-queue.js';

const keys = new KeyEncryptionKeys([randomBytes(32)]);
const queue = new SigningQueue(new Clock());
const start = new Date('2026-11-25T00:00:00Z');
const at = (seconds: number): Date => new Date(start.getTime() + seconds * 1000);
const build = (rows: SigningKey[], by = keys): Promise<KeyRing> => KeyRing.build(rows, by, queue);

const make = async (alg: SigningAlg, seconds: number, change: Partial<SigningKey> = {}): Promise<SigningKey> => {
  const row = newSigningKey(await new SigningKeyFactory(keys).make(alg), 'active', at(seconds), at(seconds + 2));
  return Object.assign(row, change);
};
const altered = (row: SigningKey, change: Partial<SigningKey>): SigningKey =>
  Object.assign(Object.create(row), change) as SigningKey;

let active: SigningKey;
let published: SigningKey;
let retiring: SigningKey;
let revoked: SigningKey;
let other: SigningKey;

beforeAll(async () => {
  retiring = await make('ES256', 0, { state: 'retiring', sealedPrivate: null });
  revoked = await make('ES256', 1, { state: 'revoked', sealedPrivate: null });
  active = await make('ES256', 2);
  published = await make('ES256', 3, { state: 'published' });
  other = await make('EdDSA', 1);
});

describe('KeyRing', () => {
  it('signs with the active key from its moment on, and says how long until then', async () => {
    const ring = await build([active, published, retiring]);
    const signsFrom = at(4).getTime();
    expect(ring.signingKey('ES256', signsFrom - 2000)).toEqual({ waitSeconds: 2 });
    expect(ring.signingKey('ES256', signsFrom - 1)).toEqual({ waitSeconds: 1 });
    expect(ring.signingKey('ES256', signsFrom)).toMatchObject({ key: { kid: active.kid, alg: 'ES256' } });
  });

  it('never signs with a published, retiring or revoked key, nor with that of another algorithm', async () => {
    const ring = await build([published, retiring, revoked, other]);
    expect(ring.signingKey('ES256', at(99).getTime())).toBeNull();
    expect(ring.signingKey('RS256', at(99).getTime())).toBeNull();
  });

  it('verifies by published, active and retiring keys, each by its own algorithm', async () => {
    const ring = await build([active, published, retiring, other]);
    for (const { kid, alg } of [active, published, retiring, other]) {
      expect(ring.verificationKey(kid)).toMatchObject({ kid, alg });
    }
  });

  it('verifies by no revoked and no unknown key', async () => {
    const ring = await build([active, revoked]);
    for (const kid of [revoked.kid, published.kid, '', '__proto__', 'constructor']) {
      expect(ring.verificationKey(kid)).toBeNull();
    }
  });

  it('shows the public keys of the algorithms asked for, the newest last, without the revoked', async () => {
    const ring = await build([published, other, revoked, active, retiring]);
    const kids = (algs: SigningAlg[]): string[] => ring.publicKeys(algs).map(({ kid }) => kid);
    expect(kids(['ES256'])).toEqual([retiring.kid, active.kid, published.kid]);
    expect(kids(['ES256', 'EdDSA'])).toEqual([retiring.kid, other.kid, active.kid, published.kid]);
    expect(kids([])).toEqual([]);
  });

  it('shows no private member, even if the database held one', async () => {
    const tampered = altered(active, { publicJwk: { ...active.publicJwk, d: 'AAAA' } as SigningKey['publicJwk'] });
    const [jwk] = (await build([tampered])).publicKeys(['ES256']);
    expect(jwk).toEqual(active.publicJwk);
  });

  it('is not built under a wrong key-encryption key', async () => {
    await expect(build([active], new KeyEncryptionKeys([randomBytes(32)]))).rejects.toThrow('no key fits');
  });

  it('opens active keys alone', async () => {
    const wrong = new KeyEncryptionKeys([randomBytes(32)]);
    expect((await build([published, retiring], wrong)).publicKeys(['ES256'])).toHaveLength(2);
  });

  it('is not built of rows whose halves were exchanged', async () => {
    const swapped = altered(active, { sealedPrivate: published.sealedPrivate });
    await expect(build([swapped])).rejects.toThrow('another context');
    const renamed = altered(active, { publicJwk: published.publicJwk });
    await expect(build([renamed])).rejects.toThrow('another thumbprint');
    const relabelled = altered(active, { alg: 'EdDSA' });
    await expect(build([relabelled])).rejects.toThrow('not one for EdDSA');
    const emptied = altered(active, { sealedPrivate: null });
    await expect(build([emptied])).rejects.toThrow('no private half');
  });
});
