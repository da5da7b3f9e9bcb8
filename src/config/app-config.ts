import { resolve } from 'node:path';
import { type ErrorBodyName } from '../common/http/error-bodies/index.js';
import { type LogLevel } from '../common/logging/logger.js';
import { type SigningAlg } from '../common/oauth/vocabulary.js';
import { type Plan } from '../common/plan.js';
import { ConfigurationError } from './configuration.error.js';
import { type Environment, environmentSchema } from './environment.js';
import { productionFaults } from './production.js';

/** The configuration of this process: complete, checked, frozen. */
export class AppConfig {
  readonly production: boolean;
  readonly host: string;
  readonly port: number;
  /** Byte for byte as configured. */
  readonly issuer: string;
  /** The issuer without a terminating slash. */
  readonly baseUrl: string;
  /** The issuer's path, which everything is served under: empty, or `/t1`. */
  readonly issuerPath: string;
  /** Null: the embedded engine. */
  readonly databaseUrl: string | null;
  readonly databaseListenUrl: string | null;
  /** Absolute. */
  readonly dataDir: string;
  /** The first encrypts, all decrypt; empty: to be generated in `dataDir`. */
  readonly keyEncryptionKeys: readonly Buffer[];
  readonly adminAccountName: string;
  readonly adminWorkspaceSlug: string;
  /** In lower case. */
  readonly adminEmail: string;
  /** Null: to be generated. */
  readonly adminPassword: string | null;
  /** Identifier of the management API. */
  readonly managementAudience: string;
  readonly defaultAudience: string;
  readonly accessTokenTtlSeconds: number;
  readonly loginTokenTtlSeconds: number;
  readonly signingAlg: SigningAlg;
  readonly jwksMaxAgeSeconds: number;
  /** How long a key is public before it signs for an API that has verifiers. */
  readonly signingKeyPublishSeconds: number;
  readonly apiKeyPrefix: string;
  readonly credentialCreation: 'human' | 'any';
  readonly plansWithCredentials: readonly Plan[];
  /** Clients that an account makes in 24 hours; 0: no limit. */
  readonly clientCreationMax: number;
  /** Failed attempts in a window; 0: no limit. */
  readonly rateLimitMax: number;
  readonly rateLimitWindowMs: number;
  readonly requireHttps: boolean;
  /** Addresses and CIDR blocks. */
  readonly trustedProxies: readonly string[];
  readonly tls: { readonly certFile: string; readonly keyFile: string } | null;
  readonly errorBody: ErrorBodyName;
  readonly staleGraceSeconds: number;
  readonly shutdownDelaySeconds: number;
  readonly logLevel: LogLevel;

  private constructor(values: Environment) {
    this.production = values.NODE_ENV === 'production';
    this.host = values.HOST;
    this.port = values.PORT;
    this.issuer = values.ISSUER ?? `http://localhost:${values.PORT}`;
    this.baseUrl = this.issuer.replace(/\/$/, '');
    this.issuerPath = new URL(this.baseUrl).pathname.replace(/\/$/, '');
    this.databaseUrl = values.DATABASE_URL ?? null;
    this.databaseListenUrl = values.DATABASE_LISTEN_URL ?? this.databaseUrl;
    this.dataDir = resolve(values.DATA_DIR);
    this.keyEncryptionKeys = Object.freeze(values.KEY_ENCRYPTION_KEY ?? []);
    this.adminAccountName = values.ADMIN_ACCOUNT_NAME;
    this.adminWorkspaceSlug = values.ADMIN_WORKSPACE_SLUG;
    this.adminEmail = values.ADMIN_EMAIL.normalize('NFC').toLowerCase();
    this.adminPassword = values.ADMIN_PASSWORD ?? null;
    this.managementAudience = `${this.baseUrl}/v1`;
    this.defaultAudience = values.DEFAULT_AUDIENCE ?? this.managementAudience;
    this.accessTokenTtlSeconds = values.ACCESS_TOKEN_TTL;
    this.loginTokenTtlSeconds = values.LOGIN_TOKEN_TTL;
    this.signingAlg = values.SIGNING_ALG;
    this.jwksMaxAgeSeconds = values.JWKS_MAX_AGE;
    this.signingKeyPublishSeconds =
      values.SIGNING_KEY_PUBLISH_SECONDS ?? Math.max(3600, leastPublishSeconds(values.JWKS_MAX_AGE));
    this.apiKeyPrefix = values.API_KEY_PREFIX;
    this.credentialCreation = values.CREDENTIAL_CREATION;
    this.plansWithCredentials = Object.freeze(values.PLANS_WITH_CREDENTIALS);
    this.clientCreationMax = values.CLIENT_CREATION_MAX;
    this.rateLimitMax = values.RATE_LIMIT_MAX;
    this.rateLimitWindowMs = values.RATE_LIMIT_WINDOW_MS;
    this.requireHttps = values.REQUIRE_HTTPS ?? this.production;
    this.trustedProxies = Object.freeze(values.TRUST_PROXY);
    this.tls =
      values.TLS_CERT_FILE === undefined || values.TLS_KEY_FILE === undefined
        ? null
        : Object.freeze({ certFile: resolve(values.TLS_CERT_FILE), keyFile: resolve(values.TLS_KEY_FILE) });
    this.errorBody = values.ERROR_BODY;
    this.staleGraceSeconds = values.STALE_GRACE_SECONDS;
    this.shutdownDelaySeconds = values.SHUTDOWN_DELAY_SECONDS ?? (this.databaseUrl === null ? 0 : 2);
    this.logLevel = values.LOG_LEVEL;
    Object.freeze(this);
  }

  /**
   * Reads the environment; surrounding white space is dropped, and what is empty then counts as unset.
   * @throws ConfigurationError with every fault at once
   */
  static fromEnvironment(environment: Readonly<Record<string, string | undefined>>): AppConfig {
    const texts = textsOf(environment);
    const parsed = environmentSchema.safeParse(texts);
    const faults = parsed.success ? [] : parsed.error.issues.map((issue) => `${issue.path.join('.')} ${issue.message}`);
    faults.push(...crossFaults(texts));
    if (texts.NODE_ENV === 'production') faults.push(...productionFaults(texts));
    if (!parsed.success || faults.length > 0) throw new ConfigurationError(faults);
    return new AppConfig(parsed.data);
  }
}

type Texts = Partial<Record<keyof Environment, string>>;

/** The variables that are set: without surrounding white space (secrets often come with a newline), and not empty. */
function textsOf(environment: Readonly<Record<string, string | undefined>>): Texts {
  const entries = Object.keys(environmentSchema.shape).map((name) => [name, environment[name]?.trim()] as const);
  return Object.fromEntries(entries.filter(([, text]) => text !== undefined && text !== ''));
}

/** What is wrong between variables. */
function crossFaults(texts: Texts): string[] {
  const faults: string[] = [];
  if ((texts.TLS_CERT_FILE === undefined) !== (texts.TLS_KEY_FILE === undefined)) {
    faults.push('TLS_CERT_FILE and TLS_KEY_FILE must be set together');
  }
  if (texts.DATABASE_LISTEN_URL !== undefined && texts.DATABASE_URL === undefined) {
    faults.push('DATABASE_LISTEN_URL needs DATABASE_URL');
  }
  const maxAge = Number(texts.JWKS_MAX_AGE ?? environmentSchema.shape.JWKS_MAX_AGE.parse(undefined));
  if (Number(texts.SIGNING_KEY_PUBLISH_SECONDS) < leastPublishSeconds(maxAge)) {
    faults.push('SIGNING_KEY_PUBLISH_SECONDS must be at least 2 × JWKS_MAX_AGE + 10');
  }
  return faults;
}

/** A shared cache and a verifier's own come one after the other. */
function leastPublishSeconds(jwksMaxAgeSeconds: number): number {
  return 2 * jwksMaxAgeSeconds + 10;
}
