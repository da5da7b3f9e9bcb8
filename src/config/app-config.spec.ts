import { randomBytes } from 'node:crypto';
import { resolve } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { AppConfig } from './app-config.js';
import { ConfigurationError } from './configuration.error.js';

function faultsOf(environment: Record<string, string | undefined>): readonly string[] {
  try {
    AppConfig.fromEnvironment(environment);
  } catch (error) {
    if (error instanceof ConfigurationError) return error.faults;
    throw error;
  }
  return [];
}

const key = randomBytes(32).toString('base64');
const production = {
  NODE_ENV: 'production',
  ISSUER: 'https://auth.example.test',
  DATABASE_URL: 'postgres://u:p@db/claviger',
  KEY_ENCRYPTION_KEY: key,
};

describe('the configuration', () => {
  it('needs nothing to be set', () => {
    expect(Object.fromEntries(Object.entries(AppConfig.fromEnvironment({})))).toEqual({
      production: false,
      host: '127.0.0.1',
      port: 3000,
      issuer: 'http://localhost:3000',
      baseUrl: 'http://localhost:3000',
      issuerPath: '',
      databaseUrl: null,
      databaseListenUrl: null,
      dataDir: resolve('data'),
      keyEncryptionKeys: [],
      adminAccountName: 'Default',
      adminEmail: 'admin@localhost',
      adminPassword: null,
      credentialCreation: 'human',
      loginTokenTtlSeconds: 7200,
      plansWithCredentials: ['pro', 'enterprise'],
      clientCreationMax: 1000,
      rateLimitMax: 100,
      rateLimitWindowMs: 60_000,
      adminWorkspaceSlug: 'default',
      managementAudience: 'http://localhost:3000/v1',
      defaultAudience: 'http://localhost:3000/v1',
      accessTokenTtlSeconds: 86400,
      signingAlg: 'RS256',
      jwksMaxAgeSeconds: 300,
      signingKeyPublishSeconds: 3600,
      apiKeyPrefix: 'cv',
      requireHttps: false,
      trustedProxies: [],
      tls: null,
      errorBody: 'standard',
      staleGraceSeconds: 300,
      shutdownDelaySeconds: 0,
      logLevel: 'info',
    });
  });

  it('drops surrounding white space and takes what is empty for unset', () => {
    const config = AppConfig.fromEnvironment({
      PORT: ' 8080\n',
      KEY_ENCRYPTION_KEY: `${key}\n`,
      HOST: ' ',
      ISSUER: '',
    });

    expect(config).toMatchObject({ port: 8080, host: '127.0.0.1', issuer: 'http://localhost:8080' });
    expect(config.keyEncryptionKeys).toEqual([Buffer.from(key, 'base64')]);
  });

  it.each([
    ['https://h', 'https://h', ''],
    ['https://h/', 'https://h', ''],
    ['https://h/t1', 'https://h/t1', '/t1'],
    ['https://h:8443/a.b~c/d-e/', 'https://h:8443/a.b~c/d-e', '/a.b~c/d-e'],
  ])('keeps the issuer %s byte for byte', (issuer, baseUrl, issuerPath) => {
    const config = AppConfig.fromEnvironment({ ISSUER: issuer });

    expect(config).toMatchObject({ issuer, baseUrl, issuerPath, managementAudience: `${baseUrl}/v1` });
  });

  it('takes what depends on the database from it', () => {
    const url = 'postgresql://u:p@db:5432/c';

    expect(AppConfig.fromEnvironment({ DATABASE_URL: url })).toMatchObject({
      databaseListenUrl: url,
      shutdownDelaySeconds: 2,
    });
  });

  it.each([
    [{}, 3600],
    [{ JWKS_MAX_AGE: '1795' }, 3600],
    [{ JWKS_MAX_AGE: '1796' }, 3602],
    [{ SIGNING_KEY_PUBLISH_SECONDS: '610' }, 610],
    [{ SIGNING_KEY_PUBLISH_SECONDS: '12', JWKS_MAX_AGE: '1' }, 12],
  ])('publishes a key long enough for two caches, one after the other (%j)', (environment, seconds) => {
    expect(AppConfig.fromEnvironment(environment).signingKeyPublishSeconds).toBe(seconds);
  });

  it.each([
    { SIGNING_KEY_PUBLISH_SECONDS: '609' },
    { SIGNING_KEY_PUBLISH_SECONDS: '11', JWKS_MAX_AGE: '1' },
    { SIGNING_KEY_PUBLISH_SECONDS: '3600', JWKS_MAX_AGE: '1796' },
  ])('refuses a shorter time (%j)', (environment) => {
    expect(faultsOf(environment)).toEqual(['SIGNING_KEY_PUBLISH_SECONDS must be at least 2 × JWKS_MAX_AGE + 10']);
  });

  it('cannot be changed', () => {
    const config = AppConfig.fromEnvironment({});

    expect(() => Object.assign(config, { issuer: 'https://evil' })).toThrow(TypeError);
    expect(Object.isFrozen(config.trustedProxies)).toBe(true);
  });

  it.each([
    ...[
      'ftp://h',
      'h',
      '/t1',
      'https://',
      'https://h?a',
      'https://h#a',
      'https://u@h',
      'https://u:p@h',
      'https://h/a b',
    ],
    ...['https://h//', 'https://h/a//b', 'https://h/:a', 'https://h/*', 'https://h/"', 'https://h"', 'https://h/../a'],
    ...['https://h/%61', 'https://h:99999', 'https:\\\\h'],
  ])('refuses the issuer %s', (ISSUER) => expect(faultsOf({ ISSUER })).toHaveLength(1));

  it.each([
    ...['mysql://h/d', 'h', 'postgres://a,b/d', 'postgres://u:p@a:1,b:2/d', 'postgres:///d?host=a,b'],
    ...['postgres:///d?host=a%2Cb'],
  ])('refuses the database URL %s', (DATABASE_URL) => expect(faultsOf({ DATABASE_URL })).toHaveLength(1));

  it.each([
    ['PORT', ['0', '65536', '-1', '1.5', '0x10', '1e3', 'http']],
    ['ACCESS_TOKEN_TTL', ['0', '2592001', '1h']],
    ['NODE_ENV', ['prod', 'Production']],
    ['SIGNING_ALG', ['none', 'HS256', 'rs256']],
    ['API_KEY_PREFIX', ['a_b', 'a-b', 'x'.repeat(17)]],
    ['REQUIRE_HTTPS', ['maybe', '__proto__']],
    ['TRUST_PROXY', ['true', '*', '10.0.0.0/8,loopback', '10.0.0.1,,10.0.0.2']],
    ['ERROR_BODY', ['fancy', 'toString']],
    ['ADMIN_WORKSPACE_SLUG', ['A', '-a', 'a-', 'a b']],
    ['LOG_LEVEL', ['loud']],
    ['TLS_CERT_FILE', ['cert.pem']],
    ['DATABASE_LISTEN_URL', ['postgres://h/d']],
  ])('refuses what %s cannot be', (name, values) => {
    for (const value of values) expect(faultsOf({ [name]: value })).toEqual([expect.stringContaining(name)]);
  });

  it('tells every fault at once, by name and never by value', () => {
    const values = { PORT: 'port!', KEY_ENCRYPTION_KEY: 'hunter2', DATABASE_URL: 'mysql://root:hunter2@h' };
    const faults = faultsOf({ ...values, NODE_ENV: 'production', ISSUER: 'http://h', TRUST_PROXY: '0.0.0.0/0' });

    expect(faults).toEqual([
      'PORT must be a whole number from 1 to 65535',
      'DATABASE_URL must be a postgres:// or postgresql:// URL of one host, the primary',
      'KEY_ENCRYPTION_KEY must be the base64 of 32 bytes, or a comma-separated list of such',
      'ISSUER must be an https URL in production',
      'TRUST_PROXY trusts everybody: name the proxies',
    ]);
    expect(new ConfigurationError(faults).message).not.toMatch(/hunter2|port!/);
  });

  describe('in production', () => {
    it('is complete with an issuer, a database and a key, and requires HTTPS', () => {
      expect(AppConfig.fromEnvironment(production)).toMatchObject({ production: true, requireHttps: true });
      expect(AppConfig.fromEnvironment({ ...production, REQUIRE_HTTPS: 'off' }).requireHttps).toBe(false);
    });

    it.each(['ISSUER', 'DATABASE_URL', 'KEY_ENCRYPTION_KEY'])('needs %s', (name) => {
      expect(faultsOf({ ...production, [name]: undefined })).toEqual([`${name} must be set in production`]);
    });

    it.each([
      ['ISSUER', 'http://auth.example.test'],
      ['DATABASE_URL', 'postgres://u:changeme@db/claviger'],
      ['DATABASE_LISTEN_URL', 'postgres://u:change-me@db/claviger'],
      ['KEY_ENCRYPTION_KEY', Buffer.alloc(32).toString('base64')],
      ['KEY_ENCRYPTION_KEY', `${key},${Buffer.alloc(32, 'changeme').toString('base64')}`],
      ['TRUST_PROXY', '0.0.0.0/0'],
      ['TRUST_PROXY', '::/0'],
      ['TRUST_PROXY', '10.0.0.1, 0.0.0.0/1, 128.0.0.0/1'],
    ])('refuses %s=%s', (name, value) => {
      expect(faultsOf({ ...production, [name]: value })).toEqual([expect.stringContaining(name)]);
      expect(faultsOf({ ...production, NODE_ENV: 'development', [name]: value })).toEqual([]);
    });
  });
});
