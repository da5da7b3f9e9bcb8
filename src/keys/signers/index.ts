import { type KeyObject } from 'node:crypto';
import { type SigningAlg } from '../../common/oauth/vocabulary.js';
import { QueuedSigner } from './queued.signer.js';
import { type Signer } from './signer.js';
import { type SigningQueue } from './signing-queue.js';
import { ThreadPoolSigner } from './thread-pool.signer.js';

type MakeSigner = (alg: SigningAlg, key: KeyObject, queue: SigningQueue) => Signer;

/** For signatures that are cheaper than the request around them: no backlog of them can arise. */
const pooled: MakeSigner = (alg, key) => new ThreadPoolSigner(alg, key);
/** For signatures that cost more than the request around them: they must not pile up. */
const queued: MakeSigner = (alg, key, queue) => new QueuedSigner(new ThreadPoolSigner(alg, key), queue);

/** How the signatures of each algorithm are made; docs/adr/0004 has the figures. */
export const SIGNERS: Readonly<Record<SigningAlg, MakeSigner>> = {
  RS256: queued,
  PS256: queued,
  ES256: pooled,
  EdDSA: pooled,
};
