import { z } from 'zod';
import { ERROR_BODIES } from '../common/http/error-bodies/index.js';
import { LOG_LEVELS } from '../common/logging/logger.js';
import { MAX_TOKEN_TTL_SECONDS, SIGNING_ALGS } from '../common/oauth/vocabulary.js';
import { type Plan, PLANS } from '../common/plan.js';
import { parseKeyEncryptionKeys } from './key-encryption-key.js';
import { isNetwork } from './trusted-network.js';

/**
 * One variable: its text turned into a value, or a sentence about what it must be.
 * The sentence never quotes the text, which may be a secret.
 */
function variable<T>(must: string, parse: (text: string) => T | undefined): z.ZodType<T, string> {
  return z.string().transform((text, context) => {
    const value = parse(text);
    if (value !== undefined) return value;
    context.issues.push({ code: 'custom', message: `must be ${must}`, input: undefined });
    return z.NEVER;
  });
}

const matching = (must: string, pattern: RegExp): z.ZodType<string, string> =>
  variable(must, (text) => (pattern.test(text) ? text : undefined));

const oneOf = <const T extends string>(values: readonly T[]): z.ZodType<T, string> =>
  variable(`one of ${values.join(', ')}`, (text) => values.find((value) => value === text));

const integer = (from: number, to: number): z.ZodType<number, string> =>
  variable(`a whole number from ${from} to ${to}`, (text) => {
    const value = /^\d{1,9}$/.test(text) ? Number(text) : NaN;
    return value >= from && value <= to ? value : undefined;
  });

const SWITCH = new Map([
  ...['true', 'on', '1'].map((word) => [word, true] as const),
  ...['false', 'off', '0'].map((word) => [word, false] as const),
]);

function parseIssuer(text: string): string | undefined {
  // Nothing that a quoted-string, a route or a normalizing client would read otherwise (RFC 8414 §2: no query, no fragment).
  if (!/^https?:\/\/[^/?#@\\]+(?:\/[A-Za-z0-9._~-]+)*\/?$/.test(text) || !/^[\x21-\x7E]+$/.test(text)) return undefined;
  return URL.canParse(text) && !/["<>]|\/\.{1,2}(?:\/|$)/.test(text) ? text : undefined;
}

function parseDatabaseUrl(text: string): string | undefined {
  if (!/^postgres(?:ql)?:\/\//.test(text)) return undefined;
  const authority = /^[a-z]+:\/\/([^/?#]*)/.exec(text)?.[1] ?? '';
  const hosts = authority.slice(authority.lastIndexOf('@') + 1);
  // Of several hosts the driver would take one, and nothing would say which is the primary.
  const parameters = text.split(/[?&]/).slice(1);
  if (hosts.includes(',') || parameters.some((one) => /^host=.*(?:,|%2c)/is.test(one))) return undefined;
  return URL.canParse(text) ? text : undefined;
}

function parseTrustProxy(text: string): readonly string[] | undefined {
  const networks = text.split(',').map((entry) => entry.trim());
  return networks.every(isNetwork) ? networks : undefined;
}

function parsePlans(text: string): readonly Plan[] | undefined {
  const names = text.split(',').map((entry) => entry.trim());
  const plans = PLANS.filter((plan) => names.includes(plan));
  return names.every((name) => (PLANS as readonly string[]).includes(name)) ? plans : undefined;
}

const databaseUrl = variable('a postgres:// or postgresql:// URL of one host, the primary', parseDatabaseUrl);
const ttl = integer(1, MAX_TOKEN_TTL_SECONDS);

/** The variables that the service reads, each with its form and its default. */
export const environmentSchema = z.object({
  /** `production` refuses what is fit for development only. */
  NODE_ENV: oneOf(['development', 'test', 'production']).default('development'),
  /** TCP port of the listener. */
  PORT: integer(1, 65535).default(3000),
  /** Address of the listener. */
  HOST: matching('an address or a host name', /^[A-Za-z0-9.:_-]{1,255}$/).default('127.0.0.1'),
  /** Issuer and base of every absolute URL; unset: `http://localhost:$PORT`. */
  ISSUER: variable('an absolute http(s) URL without query, fragment and user', parseIssuer).optional(),
  /** PostgreSQL's primary; unset: the embedded engine. */
  DATABASE_URL: databaseUrl.optional(),
  /** A direct connection for the change feed, where DATABASE_URL goes through a transaction pooler. */
  DATABASE_LISTEN_URL: databaseUrl.optional(),
  /** Directory of the embedded database and the generated key-encryption key. */
  DATA_DIR: matching('a path', /^[^\0]+$/).default('./data'),
  /** Seals what is secret in the database; a list rotates it: the first encrypts, all decrypt. */
  KEY_ENCRYPTION_KEY: variable(
    'the base64 of 32 bytes, or a comma-separated list of such',
    (text) => parseKeyEncryptionKeys(text) ?? undefined,
  ).optional(),
  /** Name of the first account. */
  ADMIN_ACCOUNT_NAME: matching('1 to 200 printable characters', /^[^\p{Cc}]{1,200}$/u).default('Default'),
  /** Slug of the first workspace. */
  ADMIN_WORKSPACE_SLUG: matching(
    '1 to 63 of a-z, 0-9 and -, not beginning or ending with -',
    /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/,
  ).default('default'),
  /** Sign-in name of the first administrator. */
  ADMIN_EMAIL: matching('an e-mail address', /^[^\s@\p{Cc}]{1,64}@[^\s@\p{Cc}]{1,189}$/u).default('admin@localhost'),
  /** Password of the first administrator; unset: generated, and shown once, outside production. */
  ADMIN_PASSWORD: matching('a password of 12 to 256 characters', /^.{12,256}$/su).optional(),
  /** Audience of a new client; unset: the management API. */
  DEFAULT_AUDIENCE: matching('1 to 255 printable ASCII characters without spaces', /^[\x21-\x7E]{1,255}$/).optional(),
  /** Life of an access token, in seconds, where the resource server sets none. */
  ACCESS_TOKEN_TTL: ttl.default(86_400),
  /** Life of a token from /auth/login, in seconds. */
  LOGIN_TOKEN_TTL: ttl.default(7200),
  /** Signature algorithm, where the resource server sets none. */
  SIGNING_ALG: oneOf(SIGNING_ALGS).default('RS256'),
  /** Seconds for which the JWKS may be cached. */
  JWKS_MAX_AGE: integer(1, 86_400).default(300),
  /** Seconds for which a key is public before it signs; unset: 3600, or what JWKS_MAX_AGE demands if that is more. */
  SIGNING_KEY_PUBLISH_SECONDS: integer(1, MAX_TOKEN_TTL_SECONDS).optional(),
  /** Brand at the head of every credential. */
  API_KEY_PREFIX: matching('1 to 16 letters and digits', /^[A-Za-z0-9]{1,16}$/).default('cv'),
  /** Who makes clients: people only, or machines with `admin`, too. */
  CREDENTIAL_CREATION: oneOf(['human', 'any']).default('human'),
  /** Plans whose accounts may make clients. */
  PLANS_WITH_CREDENTIALS: variable('a comma-separated list of plans', parsePlans).default(['pro', 'enterprise']),
  /** Clients that one account's own people and machines may make in 24 hours, ended ones counted; 0: no limit. */
  CLIENT_CREATION_MAX: integer(0, 1_000_000).default(1000),
  /** Failures of an address, and sign-ins of an address and name together, in a window; 0: no limit. */
  RATE_LIMIT_MAX: integer(0, 1_000_000).default(100),
  /** Length of the window, in milliseconds. */
  RATE_LIMIT_WINDOW_MS: integer(1000, 86_400_000).default(60_000),
  /** Whether plain HTTP is refused; unset: in production. */
  REQUIRE_HTTPS: variable('true or false', (text) => SWITCH.get(text.toLowerCase())).optional(),
  /** The proxies whose X-Forwarded-* headers are believed. */
  TRUST_PROXY: variable('a comma-separated list of addresses and CIDR blocks', parseTrustProxy).default([]),
  /** PEM file of the certificate chain, to serve TLS directly. */
  TLS_CERT_FILE: z.string().optional(),
  /** PEM file of the certificate's private key. */
  TLS_KEY_FILE: z.string().optional(),
  /** Shape of error bodies outside the OAuth endpoints. */
  ERROR_BODY: oneOf(Object.keys(ERROR_BODIES) as (keyof typeof ERROR_BODIES)[]).default('standard'),
  /** Seconds for which memory that PostgreSQL has not confirmed still authenticates; 0 fails closed. */
  STALE_GRACE_SECONDS: integer(0, MAX_TOKEN_TTL_SECONDS).default(300),
  /** Seconds between "not ready" and closing the listener; unset: 2 with DATABASE_URL, otherwise 0. */
  SHUTDOWN_DELAY_SECONDS: integer(0, 600).optional(),
  /** The least severe lines that are logged. */
  LOG_LEVEL: oneOf(LOG_LEVELS).default('info'),
});

/** The environment as parsed, before one value's default is taken from another. */
export type Environment = z.output<typeof environmentSchema>;
