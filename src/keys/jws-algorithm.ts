import { constants, type SigningOptions } from 'node:crypto';
import { type SigningAlg } from '../common/oauth/vocabulary.js';

/** What node:crypto must be told to make or check the signatures of a JWS algorithm. */
export interface JwsAlgorithm {
  /** Null where the algorithm has its own hash inside. */
  readonly digest: 'sha256' | null;
  readonly options: Readonly<SigningOptions>;
}

/** The one home of these parameters: signers and the verifier read them here. */
export const JWS_ALGORITHMS: Readonly<Record<SigningAlg, JwsAlgorithm>> = {
  // RFC 7518 §3.3: RSASSA-PKCS1-v1_5
  RS256: { digest: 'sha256', options: { padding: constants.RSA_PKCS1_PADDING } },
  // RFC 7518 §3.5: the salt is as long as the hash
  PS256: { digest: 'sha256', options: { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 } },
  // RFC 7518 §3.4: R and S side by side, 32 bytes each, no ASN.1
  ES256: { digest: 'sha256', options: { dsaEncoding: 'ieee-p1363' } },
  // RFC 8037 §3.1: Ed25519 takes the message itself
  EdDSA: { digest: null, options: {} },
};
