import { randomFillSync } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { type TokenTyp } from '../../common/oauth/vocabulary.js';
import { type ActiveKey } from '../../keys/key-ring.js';
import { type Abandoned } from '../../keys/signers/signer.js';
import { type AccessTokenClaims } from '../access-token-claims.js';
import { type TokenAuthorization } from '../token-authorization.js';
import { TokenFormat } from './token-format.js';

/** 128 bits: no two tokens share a `jti`, and nobody guesses one (RFC 9068 §2.2, RFC 7519 §4.1.7). */
const JTI_BYTES = 16;
/** Random bytes ahead, each used once: a call to the system for every token was a twentieth of its cost. */
const ahead = Buffer.alloc(JTI_BYTES * 256);
let used = ahead.length;

function nextJti(): string {
  if (used === ahead.length) {
    randomFillSync(ahead);
    used = 0;
  }
  used += JTI_BYTES;
  return ahead.toString('base64url', used - JTI_BYTES, used);
}

/**
 * Access tokens as signed JWTs.
 * @see RFC 9068 §2
 */
@Injectable()
export class JwtFormat extends TokenFormat {
  /** Encoded headers: they depend on key and `typ` alone, and leave with the key ring that made the key. */
  private readonly headers = new WeakMap<ActiveKey, Map<TokenTyp, string>>();

  override async mint(authorization: TokenAuthorization, abandoned?: Abandoned): Promise<string> {
    const { key, typ } = authorization;
    const payload = Buffer.from(JSON.stringify(toClaims(authorization))).toString('base64url');
    const signingInput = `${this.header(key, typ)}.${payload}`;
    const signature = await key.signer.sign(Buffer.from(signingInput, 'ascii'), abandoned);
    return `${signingInput}.${signature.toString('base64url')}`;
  }

  /** RFC 9068 §2.1: `typ` tells an access token from every other JWT of this issuer. */
  private header(key: ActiveKey, typ: TokenTyp): string {
    const ofKey = this.headers.get(key) ?? new Map<TokenTyp, string>();
    this.headers.set(key, ofKey);
    const known = ofKey.get(typ);
    if (known !== undefined) return known;
    const encoded = Buffer.from(JSON.stringify({ alg: key.alg, typ, kid: key.kid })).toString('base64url');
    ofKey.set(typ, encoded);
    return encoded;
  }
}

function toClaims(authorization: TokenAuthorization): AccessTokenClaims {
  const { scopes, accountId, workspaceId } = authorization;
  return {
    iss: authorization.issuer,
    sub: authorization.subject,
    aud: authorization.audience,
    client_id: authorization.clientId,
    iat: authorization.issuedAt,
    exp: authorization.expiresAt,
    jti: nextJti(),
    ...(scopes.length > 0 && { scope: scopes.join(' ') }),
    roles: authorization.roles,
    ...(accountId !== null && { account_id: accountId }),
    ...(workspaceId !== null && { workspace_id: workspaceId }),
    rev: authorization.rev,
  };
}
