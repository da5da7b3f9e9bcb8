import { createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { type SigningAlg } from '../common/oauth/vocabulary.js';
import { toPublicJwk } from './public-jwk.js';

const rsa = (bits: number): KeyObject => generateKeyPairSync('rsa', { modulusLength: bits }).publicKey;
const ec = (namedCurve: string): KeyObject => generateKeyPairSync('ec', { namedCurve }).publicKey;
const ed = (): KeyObject => generateKeyPairSync('ed25519').publicKey;

describe('toPublicJwk', () => {
  it('names the key by its thumbprint', async () => {
    // RFC 7638 §3.1, the example
    const n =
      '0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw';
    const key = createPublicKey({ key: { kty: 'RSA', n, e: 'AQAB' }, format: 'jwk' });
    const kid = 'NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs';
    expect(await toPublicJwk(key, 'RS256')).toEqual({ kty: 'RSA', n, e: 'AQAB', kid, alg: 'RS256', use: 'sig' });
  });

  it.each<[SigningAlg, () => KeyObject]>([
    ['RS256', () => ec('P-256')],
    ['PS256', ed],
    ['ES256', () => rsa(2048)],
    ['ES256', () => ec('P-384')],
    ['ES256', () => ec('secp256k1')],
    ['EdDSA', () => ec('P-256')],
    ['EdDSA', () => generateKeyPairSync('x25519').publicKey],
  ])('refuses a key that is none for %s (%#)', async (alg, make) => {
    await expect(toPublicJwk(make(), alg)).rejects.toThrow(TypeError);
  });

  it('refuses an RSA key of less than 2048 bits', async () => {
    await expect(toPublicJwk(rsa(1024), 'RS256')).rejects.toThrow('too short');
  });

  it('leaves the private members of a private key out', async () => {
    const jwk = await toPublicJwk(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey, 'ES256');
    expect(Object.keys(jwk).sort()).toEqual(['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y']);
  });
});
