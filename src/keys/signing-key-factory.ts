import { generateKeyPair, type KeyPairKeyObjectResult } from 'node:crypto';
import { promisify } from 'node:util';
import { Injectable } from '@nestjs/common';
import { type SigningAlg } from '../common/oauth/vocabulary.js';
import { KeyEncryptionKeys } from '../sealing/key-encryption-keys.js';
import { type PublicJwk, toPublicJwk } from './public-jwk.js';
import { sealingContext } from './sealed-private-key.js';

const generate = promisify(generateKeyPair);
const rsa = (): Promise<KeyPairKeyObjectResult> => generate('rsa', { modulusLength: 2048 });

/** In the thread pool: an RSA pair takes a tenth of a second, which the event loop must not stand still for. */
const GENERATORS: Readonly<Record<SigningAlg, () => Promise<KeyPairKeyObjectResult>>> = {
  RS256: rsa,
  PS256: rsa,
  ES256: () => generate('ec', { namedCurve: 'P-256' }),
  EdDSA: () => generate('ed25519'),
};

/** A new key pair: the public half in clear, the private half sealed. */
export interface NewKeyPair {
  readonly kid: string;
  readonly alg: SigningAlg;
  readonly publicJwk: PublicJwk;
  readonly sealedPrivate: string;
}

/** Makes signing keys. */
@Injectable()
export class SigningKeyFactory {
  constructor(private readonly keyEncryptionKeys: KeyEncryptionKeys) {}

  /** A new pair for one algorithm and no other (RFC 8725 §3.1), whose private half leaves this method sealed only. */
  async make(alg: SigningAlg): Promise<NewKeyPair> {
    const { publicKey, privateKey } = await GENERATORS[alg]();
    const publicJwk = await toPublicJwk(publicKey, alg);
    const pkcs8 = privateKey.export({ type: 'pkcs8', format: 'der' });
    const sealedPrivate = await this.keyEncryptionKeys.seal(sealingContext(publicJwk.kid), pkcs8);
    pkcs8.fill(0);
    return { kid: publicJwk.kid, alg, publicJwk, sealedPrivate };
  }
}
