import { type KeyObject, sign, type SignKeyObjectInput } from 'node:crypto';
import { type SigningAlg } from '../../common/oauth/vocabulary.js';
import { JWS_ALGORITHMS, type JwsAlgorithm } from '../jws-algorithm.js';
import { AbandonedError } from './abandoned.error.js';
import { type Abandoned, Signer } from './signer.js';

/** Signs with a key in this process, in libuv's thread pool: the event loop goes on meanwhile. */
export class ThreadPoolSigner extends Signer {
  private readonly digest: JwsAlgorithm['digest'];
  private readonly key: SignKeyObjectInput;

  constructor(alg: SigningAlg, key: KeyObject) {
    super();
    const { digest, options } = JWS_ALGORITHMS[alg];
    this.digest = digest;
    this.key = { key, ...options };
  }

  override sign(input: Uint8Array, abandoned?: Abandoned): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      if (abandoned?.()) {
        reject(new AbandonedError());
        return;
      }
      // Only the form with a callback leaves the event loop; the promise of WebCrypto costs a fifth to a half more.
      sign(this.digest, input, this.key, (error, signature) => {
        if (error) reject(error);
        else resolve(signature);
      });
    });
  }
}
