import { createPublicKey, generateKeyPairSync, randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { compactVerify } from 'jose';
import { Clock } from '../../common/clock.js';
import { SIGNING_ALGS, type SigningAlg } from '../../common/oauth/vocabulary.js';
import { KeyEncryptionKeys } from '../../sealing/key-encryption-keys.js';
import { openPrivateKey } from '../sealed-private-key.js';
import { SigningKeyFactory } from '../signing-key-factory.js';
import { AbandonedError } from './abandoned.error.js';
import { SIGNERS } from './index.js';
import { type Signer } from './signer.js';
import { SigningQueue } from './signing-queue.js';

const keys = new KeyEncryptionKeys([randomBytes(32)]);
const queue = new SigningQueue(new Clock());
const BYTES: Record<SigningAlg, number> = { RS256: 256, PS256: 256, ES256: 64, EdDSA: 64 };

describe.each(SIGNING_ALGS)('the signer for %s', (alg) => {
  const header = Buffer.from(JSON.stringify({ alg })).toString('base64url');
  const input = `${header}.${Buffer.from('{"a":1}').toString('base64url')}`;
  const makeSigner = async (): Promise<{ signer: Signer; publicKey: ReturnType<typeof createPublicKey> }> => {
    const { kid, sealedPrivate } = await new SigningKeyFactory(keys).make(alg);
    const privateKey = await openPrivateKey(kid, sealedPrivate, keys);
    return { signer: SIGNERS[alg](alg, privateKey, queue), publicKey: createPublicKey(privateKey) };
  };

  it('makes signatures that an independent library accepts', async () => {
    const { signer, publicKey } = await makeSigner();
    const signatures = await Promise.all(Array.from({ length: 20 }, () => signer.sign(Buffer.from(input))));
    for (const signature of signatures) {
      expect(signature).toHaveLength(BYTES[alg]);
      const jws = `${input}.${signature.toString('base64url')}`;
      const { payload } = await compactVerify(jws, publicKey, { algorithms: [alg] });
      expect(Buffer.from(payload).toString()).toBe('{"a":1}');
    }
  });

  it('makes signatures that no other key accepts', async () => {
    const [{ signer }, { publicKey }] = await Promise.all([makeSigner(), makeSigner()]);
    const jws = `${input}.${(await signer.sign(Buffer.from(input))).toString('base64url')}`;
    await expect(compactVerify(jws, publicKey)).rejects.toThrow('signature verification failed');
  });

  it('signs while the caller is there, and not for one that has gone', async () => {
    const { signer } = await makeSigner();
    expect(await signer.sign(Buffer.from(input), () => false)).toHaveLength(BYTES[alg]);
    await expect(signer.sign(Buffer.from(input), () => true)).rejects.toThrow(AbandonedError);
  });

  it('rejects, and does not throw, where the key cannot sign', async () => {
    const signer = SIGNERS[alg](alg, generateKeyPairSync('x25519').privateKey, queue);
    await expect(signer.sign(Buffer.from(input))).rejects.toThrow();
  });
});
