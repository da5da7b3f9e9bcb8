/** The registered error codes that the OAuth endpoints use (RFC 6749 §5.2, RFC 8707 §2). */
export const OAUTH_ERROR_CODES = [
  'invalid_request',
  'invalid_client',
  'unauthorized_client',
  'unsupported_grant_type',
  'invalid_scope',
  'invalid_target',
  'server_error',
  'temporarily_unavailable',
] as const;
export type OAuthErrorCode = (typeof OAUTH_ERROR_CODES)[number];

/** Why a client that named itself was refused, in the words of the audit trail. */
export type ClientRefusalReason =
  'unknown_client' | 'wrong_secret' | 'malformed_secret' | 'expired_secret' | 'inactive';

/** A client that named itself and was refused; for the audit trail, never for the caller. */
export interface ClientRefusal {
  readonly reason: ClientRefusalReason;
  /** As it was presented. */
  readonly clientId: string;
  /** The client of this name; null where there is none, or nobody looked. */
  readonly client: { readonly accountId: string | null; readonly workspaceId: string | null } | null;
  /** Whether the secret that was presented has this hash; given where it had the form of one. */
  readonly matches?: (pepperId: string, hash: Buffer) => boolean;
}

interface OAuthErrorOptions {
  /** HTTP status; 400 unless the code has its own. */
  status?: number;
  /** For the log only; never leaves the service. */
  detail?: string;
  clientRefusal?: ClientRefusal | undefined;
  retryAfterSeconds?: number;
  cause?: unknown;
}

/**
 * An error of the OAuth endpoints. Its description is a fixed public text; what only the log may know is `detail`.
 * @see RFC 6749 §5.2
 */
export class OAuthError extends Error {
  readonly status: number;
  readonly detail: string | undefined;
  readonly clientRefusal: ClientRefusal | undefined;
  readonly retryAfterSeconds: number | undefined;

  private constructor(
    readonly error: OAuthErrorCode,
    readonly description: string,
    options: OAuthErrorOptions = {},
  ) {
    super(description, { cause: options.cause });
    this.name = 'OAuthError';
    this.status = options.status ?? 400;
    this.detail = options.detail;
    this.clientRefusal = options.clientRefusal;
    this.retryAfterSeconds = options.retryAfterSeconds;
  }

  /** A parameter is missing, repeated, malformed or of the wrong type (RFC 6749 §5.2). */
  static invalidRequest(description: string, options: Pick<OAuthErrorOptions, 'status' | 'detail'> = {}): OAuthError {
    return new OAuthError('invalid_request', description, options);
  }

  /**
   * Client authentication failed; the public text is the same for every reason (RFC 6749 §5.2).
   * @param detail the true reason, for the log
   * @param clientRefusal the same for the audit trail, where a client was named
   */
  static invalidClient(detail: string, clientRefusal?: ClientRefusal): OAuthError {
    return new OAuthError('invalid_client', 'Client authentication failed', { status: 401, detail, clientRefusal });
  }

  /** The client may not use this grant (RFC 6749 §5.2). */
  static unauthorizedClient(description: string): OAuthError {
    return new OAuthError('unauthorized_client', description);
  }

  /** The grant is not one that this server has (RFC 6749 §5.2). */
  static unsupportedGrantType(): OAuthError {
    return new OAuthError('unsupported_grant_type', 'The grant type is not supported');
  }

  /** The scope is malformed or more than the client has (RFC 6749 §3.3, §5.2). */
  static invalidScope(description: string): OAuthError {
    return new OAuthError('invalid_scope', description);
  }

  /** The audience is missing, unknown, or not one of the client's: one text for all three (RFC 8707 §2). */
  static invalidTarget(description: string, detail?: string): OAuthError {
    return new OAuthError('invalid_target', description, detail === undefined ? {} : { detail });
  }

  /** Something broke; nothing about it is told (RFC 6749 §4.1.2.1 names the code). */
  static serverError(cause: unknown): OAuthError {
    return new OAuthError('server_error', 'The server failed to answer the request', { status: 500, cause });
  }

  /** The service cannot answer now and may soon (RFC 6749 §4.1.2.1 names the code). */
  static temporarilyUnavailable(detail: string, retryAfterSeconds = 1): OAuthError {
    return new OAuthError('temporarily_unavailable', 'The service cannot answer now, try again', {
      status: 503,
      detail,
      retryAfterSeconds,
    });
  }
}
