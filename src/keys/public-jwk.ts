import { type KeyObject } from 'node:crypto';
import { calculateJwkThumbprint } from 'jose';
import { type SigningAlg } from '../common/oauth/vocabulary.js';

/** The members that make a public key of each algorithm, in the order of RFC 7638 §3.2, and the values that are fixed. */
const SHAPES = {
  RS256: { fixed: { kty: 'RSA' }, members: ['e', 'n'] },
  PS256: { fixed: { kty: 'RSA' }, members: ['e', 'n'] },
  ES256: { fixed: { crv: 'P-256', kty: 'EC' }, members: ['x', 'y'] },
  EdDSA: { fixed: { crv: 'Ed25519', kty: 'OKP' }, members: ['x'] },
} as const satisfies Record<SigningAlg, { fixed: Record<string, string>; members: readonly string[] }>;

const MINIMUM_RSA_BITS = 2048;

/** A public signing key as the JWKS shows it: one key, one algorithm (RFC 7517 §4). */
export interface PublicJwk {
  readonly kty: string;
  readonly crv?: string;
  readonly n?: string;
  readonly e?: string;
  readonly x?: string;
  readonly y?: string;
  /** The key's thumbprint (RFC 7638). */
  readonly kid: string;
  readonly alg: SigningAlg;
  readonly use: 'sig';
}

/**
 * The public half of a key, made of named members only, so that no private one can slip in.
 * @throws TypeError if the key is not one for this algorithm, or an RSA key is shorter than 2048 bits
 */
export async function toPublicJwk(key: KeyObject, alg: SigningAlg): Promise<PublicJwk> {
  const exported = key.export({ format: 'jwk' });
  const { fixed, members } = SHAPES[alg];
  if (Object.entries(fixed).some(([name, value]) => exported[name] !== value)) {
    throw new TypeError(`The key is not one for ${alg}`);
  }
  // RFC 7518 §3.3 and §3.5: 2048 bits or more
  const bits = key.asymmetricKeyDetails?.modulusLength;
  if (bits !== undefined && bits < MINIMUM_RSA_BITS) throw new TypeError(`An RSA key of ${bits} bits is too short`);
  const jwk = { ...fixed, ...Object.fromEntries(members.map((name) => [name, exported[name]])) };
  return { ...jwk, kid: await calculateJwkThumbprint(jwk, 'sha256'), alg, use: 'sig' };
}
