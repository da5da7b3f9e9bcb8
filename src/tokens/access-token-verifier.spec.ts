import { generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { decodeProtectedHeader, jwtVerify } from 'jose';
import { customFetch, validateJwtAccessToken } from 'oauth4webapi';
import { Clock } from '../common/clock.js';
import { SIGNING_ALGS, type SigningAlg } from '../common/oauth/vocabulary.js';
import { newSigningKey } from '../keys/key-lifecycle.js';
import { KeyRing, type VerificationKey } from '../keys/key-ring.js';
import { SigningQueue } from '../keys/signers/signing-queue.js';
import { SigningKeyFactory } from '../keys/signing-key-factory.js';
import { KeyEncryptionKeys } from '../sealing/key-encryption-keys.js';
import { AccessTokenVerifier } from './access-token-verifier.js';
import { JwtFormat } from './formats/jwt.format.js';
import { type TokenAuthorization } from './token-authorization.js';

const verifier = new AccessTokenVerifier();
const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const issuedAt = Math.floor(Date.now() / 1000);
let ring: KeyRing;

const authorization = (alg: SigningAlg, change: Partial<TokenAuthorization> = {}): TokenAuthorization => {
  const answer = ring.signingKey(alg, Date.now());
  if (!answer || !('key' in answer)) throw new Error('no key');
  return {
    issuer: 'https://issuer.example',
    subject: 'cli_1',
    clientId: 'cli_1',
    audience: 'https://api.example/',
    scopes: ['read', 'write'],
    roles: ['workspace_admin'],
    accountId: 'acc_1',
    workspaceId: 'ws_1',
    issuedAt,
    expiresAt: issuedAt + 60,
    rev: 7,
    typ: 'at+jwt',
    key: answer.key,
    ...change,
  };
};
const mint = (alg: SigningAlg = 'ES256', change: Partial<TokenAuthorization> = {}): Promise<string> =>
  new JwtFormat().mint(authorization(alg, change));
const keyOf = (token: string): VerificationKey => ring.verificationKey(decodeProtectedHeader(token).kid ?? '')!;
const parts = (token: string): [string, string, string] => token.split('.') as [string, string, string];
const withHeader = async (change: Record<string, unknown>): Promise<string> => {
  const [header, payload, signature] = parts(await mint());
  return [
    encode({ ...(JSON.parse(Buffer.from(header, 'base64url').toString()) as object), ...change }),
    payload,
    signature,
  ].join('.');
};
const withClaims = async (change: Record<string, unknown>): Promise<string> => {
  const [header, payload, signature] = parts(await mint());
  return [
    header,
    encode({ ...(JSON.parse(Buffer.from(payload, 'base64url').toString()) as object), ...change }),
    signature,
  ].join('.');
};

beforeAll(async () => {
  const keys = new KeyEncryptionKeys([randomBytes(32)]);
  const factory = new SigningKeyFactory(keys);
  const past = new Date(Date.now() - 10_000);
  const rows = await Promise.all(
    SIGNING_ALGS.map(async (alg) => newSigningKey(await factory.make(alg), 'active', past, past)),
  );
  ring = await KeyRing.build(rows, keys, new SigningQueue(new Clock()));
});

describe.each(SIGNING_ALGS)('a token signed with %s', (alg) => {
  it('verifies here, with jose, and by the rules of RFC 9068 in oauth4webapi', async () => {
    const token = await mint(alg);
    const key = keyOf(token);
    const decoded = verifier.decode(token);
    expect(await verifier.verifySignature(decoded, key)).toBe(true);
    const { payload, protectedHeader } = await jwtVerify(token, key.publicKey, { typ: 'at+jwt', algorithms: [alg] });
    expect(Object.keys(protectedHeader).sort()).toEqual(['alg', 'kid', 'typ']);
    expect(payload).toEqual({
      iss: 'https://issuer.example',
      sub: 'cli_1',
      aud: 'https://api.example/',
      client_id: 'cli_1',
      iat: issuedAt,
      exp: issuedAt + 60,
      jti: expect.stringMatching(/^[A-Za-z0-9_-]{22}$/),
      scope: 'read write',
      roles: ['workspace_admin'],
      account_id: 'acc_1',
      workspace_id: 'ws_1',
      rev: 7,
    });
    const jwks = new Response(JSON.stringify({ keys: ring.publicKeys([alg]) }), {
      headers: { 'content-type': 'application/json' },
    });
    const server = { issuer: 'https://issuer.example', jwks_uri: 'https://issuer.example/jwks' };
    const request = new Request('https://api.example/', { headers: { authorization: `Bearer ${token}` } });
    const claims = await validateJwtAccessToken(server, request, 'https://api.example/', {
      signingAlgorithms: [alg],
      [customFetch]: () => Promise.resolve(jwks),
    });
    expect(claims.sub).toBe('cli_1');
  });

  it('does not verify once a character of its claims or signature is changed', async () => {
    const token = await mint(alg);
    const [header, payload, signature] = parts(token);
    const flipped = Buffer.from(signature, 'base64url');
    flipped[10]! ^= 1;
    const other = encode({ ...(JSON.parse(Buffer.from(payload, 'base64url').toString()) as object), sub: 'cli_2' });
    for (const forged of [`${header}.${payload}.${flipped.toString('base64url')}`, `${header}.${other}.${signature}`]) {
      expect(await verifier.verifySignature(verifier.decode(forged), keyOf(token))).toBe(false);
    }
  });
});

describe('minting', () => {
  it('never makes the same token twice', async () => {
    const tokens = await Promise.all(Array.from({ length: 50 }, () => mint('ES256')));
    expect(new Set(tokens.map((token) => verifier.decode(token).claims.jti)).size).toBe(50);
  });

  it('leaves out the scope where nothing is granted, and the tenant of a platform client', async () => {
    const { claims } = verifier.decode(await mint('ES256', { scopes: [], accountId: null, workspaceId: null }));
    expect(Object.keys(claims).sort()).toEqual(['aud', 'client_id', 'exp', 'iat', 'iss', 'jti', 'rev', 'roles', 'sub']);
  });
});

describe('the verifier', () => {
  it.each(['none', 'None', 'HS256', 'RS512', 'es256', '', null, 5, ['ES256']])(
    'refuses the algorithm %j by form',
    async (alg) => {
      const token = await withHeader({ alg });
      expect(() => verifier.decode(token)).toThrow('algorithm');
    },
  );

  it.each(['JWT', 'jwt', 'dpop+jwt', 'revocations+jwt', '', undefined, 5])(
    'takes no token whose typ is %j',
    async (typ) => {
      const token = await withHeader({ typ });
      expect(() => verifier.decode(token)).toThrow('typ');
    },
  );

  it.each(['AT+JWT', 'application/at+jwt'])('takes the typ %s, which is the same media type', async (typ) => {
    expect(verifier.decode(await withHeader({ typ })).typ).toBe('at+jwt');
  });

  it.each([{ crit: ['x'] }, { b64: false }, { crit: [] }])('refuses extensions: %j', async (change) => {
    const token = await withHeader(change);
    expect(() => verifier.decode(token)).toThrow('extension');
  });

  it('does not verify by a key of another algorithm, or of another kid', async () => {
    const token = await mint('RS256');
    const decoded = verifier.decode(token);
    const key = keyOf(token);
    expect(await verifier.verifySignature(decoded, { ...key, alg: 'PS256' })).toBe(false);
    expect(await verifier.verifySignature(decoded, { ...key, kid: 'other' })).toBe(false);
  });

  it('does not verify an HMAC made with the public key, nor a signature by a key that the token brings along', async () => {
    const own = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const [, payload] = parts(await mint());
    const key = keyOf(await mint());
    const header = encode({ alg: 'ES256', typ: 'at+jwt', kid: key.kid, jwk: own.publicKey.export({ format: 'jwk' }) });
    const signature = signed(`${header}.${payload}`, own.privateKey);
    expect(await verifier.verifySignature(verifier.decode(`${header}.${payload}.${signature}`), key)).toBe(false);
  });

  it('does not verify an ECDSA signature of zeros, nor one of a wrong length', async () => {
    const token = await mint();
    const [header, payload] = parts(token);
    for (const bytes of [Buffer.alloc(64), Buffer.alloc(63, 1), Buffer.alloc(72, 1)]) {
      const decoded = verifier.decode(`${header}.${payload}.${bytes.toString('base64url')}`);
      expect(await verifier.verifySignature(decoded, keyOf(token))).toBe(false);
    }
  });

  it.each([
    ['iss', 5],
    ['sub', ''],
    ['aud', ['https://api.example/']],
    ['client_id', null],
    ['exp', '9999999999'],
    ['exp', 1e300],
    ['exp', 1.5],
    ['iat', -1],
    ['jti', undefined],
    ['rev', 'x'],
    ['rev', Number.MAX_SAFE_INTEGER + 1],
    ['roles', 'admin'],
    ['roles', [1]],
    ['scope', ['read']],
  ])('refuses the claim %s as %j', async (name, value) => {
    const token = await withClaims({ [name]: value });
    expect(() => verifier.decode(token)).toThrow(name);
  });

  it.each([
    '',
    'a',
    'a.b',
    'a.b.c.d',
    '..',
    'e30.e30.',
    'e30.e30.=',
    ' e30.e30.AA',
    'bnVsbA.e30.AA',
    'W10.e30.AA',
    'e31.e30.AA',
  ])('refuses %j as no token', (token) => {
    expect(() => verifier.decode(token)).toThrow();
  });

  it('refuses a second spelling of the same signature', async () => {
    const token = await mint('RS256');
    const last = token.at(-1)!;
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    const other = alphabet[alphabet.indexOf(last) ^ 1]!;
    expect(() => verifier.decode(token.slice(0, -1) + other)).toThrow('canonical');
  });

  it('refuses a megabyte by its length, and deep nesting', () => {
    const deep = Buffer.from(`{"a":${'['.repeat(5000)}${']'.repeat(5000)}}`).toString('base64url');
    expect(() => verifier.decode(`${'A'.repeat(1_000_000)}.e30.AA`)).toThrow('too long');
    expect(() => verifier.decode(`e30.${deep}.AA`)).toThrow();
  });
});

function signed(input: string, key: KeyObject): string {
  return sign('sha256', Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url');
}
