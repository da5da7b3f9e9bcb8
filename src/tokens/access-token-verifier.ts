import { verify } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { SIGNING_ALGS, type SigningAlg, TOKEN_TYPS, type TokenTyp } from '../common/oauth/vocabulary.js';
import { JWS_ALGORITHMS } from '../keys/jws-algorithm.js';
import { type VerificationKey } from '../keys/key-ring.js';
import { type AccessTokenClaims } from './access-token-claims.js';
import { readClaims } from './claim-reader.js';
import { parseCompactJws } from './compact-jws.js';
import { InvalidToken } from './invalid-token.error.js';

/** An access token taken apart: everything in it is a mere claim until its signature is verified. */
export interface DecodedAccessToken {
  readonly alg: SigningAlg;
  readonly kid: string;
  readonly typ: TokenTyp;
  readonly claims: AccessTokenClaims;
  readonly signingInput: Buffer;
  readonly signature: Buffer;
}

/**
 * Reads access tokens and proves who signed them. Whether a token has expired, is for this audience, or is dead is asked
 * elsewhere.
 */
@Injectable()
export class AccessTokenVerifier {
  /**
   * Takes a token apart by its form alone, without a key.
   * @param typs which `typ` headers are taken: RFC 9068's alone, unless the caller knows of resource servers with another
   * @throws InvalidToken for whatever this server would not have made
   * @see RFC 9068 §4
   */
  decode(token: string, typs: readonly TokenTyp[] = ['at+jwt']): DecodedAccessToken {
    const { header, payload, signingInput, signature } = parseCompactJws(token);
    // RFC 7515 §4.1.11: an extension that is not understood makes the token invalid, and none is understood here
    if ('crit' in header || 'b64' in header) throw new InvalidToken('an extension is not supported');
    // RFC 8725 §3.1: a list of what is allowed, compared byte for byte. `jwk`, `jku`, `x5u` and `x5c` are never read.
    const alg = SIGNING_ALGS.find((known) => known === header.alg);
    if (!alg) throw new InvalidToken('the algorithm is not allowed');
    const typ = readTyp(header.typ);
    // RFC 9068 §4: any other `typ` is another kind of JWT
    if (!typ || !typs.includes(typ)) throw new InvalidToken('not an access token by its typ', 'wrong_type');
    const { kid } = header;
    if (typeof kid !== 'string' || kid === '') throw new InvalidToken('no kid');
    return { alg, kid, typ, claims: readClaims(payload), signingInput, signature };
  }

  /**
   * Whether the key made the token's signature. A key verifies by its own algorithm and no other, whatever the header says.
   * @see RFC 8725 §3.1
   */
  verifySignature(token: DecodedAccessToken, key: VerificationKey): Promise<boolean> {
    if (token.alg !== key.alg || token.kid !== key.kid) return Promise.resolve(false);
    const { digest, options } = JWS_ALGORITHMS[key.alg];
    return new Promise((resolve) => {
      verify(digest, token.signingInput, { key: key.publicKey, ...options }, token.signature, (error, valid) =>
        // What the library cannot even read as a signature is none.
        resolve(error === null && valid),
      );
    });
  }
}

/** RFC 7515 §4.1.9: a media type, so its case does not matter, and `application/` may be left out. */
function readTyp(value: unknown): TokenTyp | undefined {
  if (typeof value !== 'string') return undefined;
  const name = value.toLowerCase().replace(/^application\//, '');
  return TOKEN_TYPS.find((typ) => typ.toLowerCase() === name);
}
