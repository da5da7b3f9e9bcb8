import { describe, expect, it } from '@jest/globals';
import { credentialInQuery } from './credential-in-query.js';
import { issuerPathRewriter } from './issuer-path.js';
import { MethodsByPath } from './method-not-allowed.js';
import { requestId } from './request-id.js';
import { lacksHttps } from './require-https.js';
import { securityHeaders } from './security-headers.js';
import { decodeUtf8 } from './utf8.js';

describe('a credential in the query string', () => {
  it.each(['access_token', 'token', 'api_key', 'apikey', 'x-api-key', 'client_secret', 'Access_Token', 'X-API-KEY'])(
    '%s is noticed, even when empty',
    (name) => expect(credentialInQuery({ query: { a: '1', [name]: '' } })).toBe(true),
  );

  it.each(['tokens', 'client_id', 'limit'])('%s is none', (name) =>
    expect(credentialInQuery({ query: { [name]: 'token' } })).toBe(false),
  );

  it('a request without a query has none', () => expect(credentialInQuery({ query: undefined })).toBe(false));
});

describe('paths outside the issuer’s', () => {
  it('are not rewritten when the issuer has none', () => expect(issuerPathRewriter('')).toBeUndefined());

  it.each([
    ['/.well-known/openid-configuration/t1', '/t1/.well-known/openid-configuration'],
    ['/.well-known/openid-configuration/t1?x=/y', '/t1/.well-known/openid-configuration?x=/y'],
    ['/health/ready', '/t1/health/ready'],
    ['/.well-known/openid-configuration', '/.well-known/openid-configuration'],
    ['/.well-known/jwks.json/t1', '/.well-known/jwks.json/t1'],
    ['/health/ready/', '/health/ready/'],
    ['/t1/oauth/token', '/t1/oauth/token'],
  ])('%s becomes %s', (url, expected) => expect(issuerPathRewriter('/t1')?.({ url })).toBe(expected));
});

describe('plain HTTP', () => {
  const lacks = (url: string, protocol: 'http' | 'https', requireHttps: boolean, issuerPath = ''): boolean =>
    lacksHttps({ protocol, raw: { url } }, { requireHttps, issuerPath });

  it('is refused on everything but health where HTTPS is required', () => {
    expect(lacks('/oauth/token', 'http', true)).toBe(true);
    expect(lacks('/healthy', 'http', true)).toBe(true);
    expect(lacks('/x/health/live', 'http', true)).toBe(true);
    expect(lacks('/t1x/health/live', 'http', true, '/t1')).toBe(true);
    expect(lacks('/health/live', 'http', true)).toBe(false);
    expect(lacks('/t1/health/live', 'http', true, '/t1')).toBe(false);
  });

  it('is let through where it is not, and so is HTTPS', () => {
    expect(lacks('/oauth/token', 'http', false)).toBe(false);
    expect(lacks('/oauth/token', 'https', true)).toBe(false);
  });
});

describe('the methods of a path', () => {
  it('are gathered over its routes, and the missing ones told with what it has', () => {
    const methods = new MethodsByPath();
    methods.add('/a', 'POST');
    methods.add('/a', ['GET', 'HEAD']);
    methods.add('/b', 'GET');

    expect(methods.missing(['GET', 'HEAD', 'POST', 'PUT'])).toEqual([
      { path: '/a', methods: ['PUT'], allow: 'GET, HEAD, POST' },
      { path: '/b', methods: ['HEAD', 'POST', 'PUT'], allow: 'GET' },
    ]);
  });
});

describe('a request id', () => {
  it('is the caller’s only if it is short and plain', () => {
    expect(requestId({ headers: { 'x-request-id': 'a-B_0.9' } })).toBe('a-B_0.9');
    for (const bad of ['', 'a\n', 'a\r\nb', 'x'.repeat(65), 'a, b']) {
      expect(requestId({ headers: { 'x-request-id': bad } })).toMatch(/^[0-9a-f-]{36}$/);
    }
  });
});

describe('the fixed headers', () => {
  it('promise HTTPS only for an https issuer, and cannot be changed', () => {
    expect(securityHeaders('http://h').other).not.toHaveProperty('strict-transport-security');
    expect(securityHeaders('https://h').oauth).toHaveProperty('strict-transport-security');
    expect(Object.isFrozen(securityHeaders('https://h').oauth)).toBe(true);
  });
});

describe('UTF-8', () => {
  it.each([
    ['an overlong slash', [0xc0, 0xaf]],
    ['half a character', [0xe2, 0x82]],
    ['a surrogate', [0xed, 0xa0, 0x80]],
    ['a byte order mark', [0xef, 0xbb, 0xbf, 0x7b, 0x7d]],
  ])('%s is not text', (_name, bytes) => expect(decodeUtf8(Buffer.from(bytes))).toBeNull());

  it('is text', () => expect(decodeUtf8(Buffer.from('ü€😀'))).toBe('ü€😀'));
});
