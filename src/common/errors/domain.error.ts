import { type TokenRefusal } from './token-refusal.js';

/** What can go wrong outside OAuth, in words of the domain; the HTTP filter alone knows their status. */
export type DomainErrorKind =
  | 'invalid'
  | 'unauthenticated'
  | 'forbidden'
  | 'not-found'
  | 'conflict'
  | 'precondition-failed'
  | 'too-many'
  | 'unavailable';

/** What there was too much of, in the words of the audit trail. */
export type Limit = 'failed_attempts' | 'sign_ins' | 'passwords_waiting' | 'clients_made' | 'tokens_revoked';

/** Where in the input something is wrong, and what. */
export interface ErrorDetail {
  path: string;
  message: string;
}

/** How many details are told, and how much of each: what was sent is not sent back many times over. */
export const MAX_DETAILS = 20;
export const MAX_DETAIL_LENGTH = 250;

interface DomainErrorOptions {
  /** A named code where the contract has one (`PLAN_NOT_ELIGIBLE`, say); otherwise the kind's own. */
  code?: string;
  details?: readonly ErrorDetail[];
  /** The error of the bearer challenge (RFC 6750 §3.1); null where the challenge names none. */
  challenge?: 'invalid_token' | 'insufficient_scope' | null;
  retryAfterSeconds?: number;
  /** For the log only; never leaves the service. */
  detail?: string;
  /** For the audit trail only. */
  tokenRefusal?: TokenRefusal | undefined;
  cause?: unknown;
}

const INVALID_CREDENTIALS = 'Invalid credentials';

/** An error of everything outside the OAuth endpoints. Its message is a fixed public text. */
export class DomainError extends Error {
  readonly code: string | undefined;
  readonly details: readonly ErrorDetail[] | undefined;
  readonly challenge: 'invalid_token' | 'insufficient_scope' | null;
  readonly retryAfterSeconds: number | undefined;
  readonly detail: string | undefined;
  readonly tokenRefusal: TokenRefusal | undefined;

  private constructor(
    readonly kind: DomainErrorKind,
    message: string,
    options: DomainErrorOptions = {},
  ) {
    super(message, { cause: options.cause });
    this.name = 'DomainError';
    this.code = options.code;
    this.details = options.details;
    this.challenge = options.challenge ?? null;
    this.retryAfterSeconds = options.retryAfterSeconds;
    this.detail = options.detail;
    this.tokenRefusal = options.tokenRefusal;
  }

  /** The input is malformed or contradicts itself. */
  static invalid(message: string, details?: readonly ErrorDetail[]): DomainError {
    return new DomainError(
      'invalid',
      message,
      details ? { details: details.slice(0, MAX_DETAILS).map(shortened) } : {},
    );
  }

  /**
   * No credential, or one that is no good; the public text is the same for every reason.
   * @param challenge null where the request had no usable scheme (RFC 6750 §3.1)
   * @param detail the true reason, for the log
   * @param tokenRefusal the same for the audit trail, where a token was shown
   */
  static unauthenticated(challenge: 'invalid_token' | null, detail: string, tokenRefusal?: TokenRefusal): DomainError {
    return new DomainError('unauthenticated', 'Invalid or missing API key', { challenge, detail, tokenRefusal });
  }

  /**
   * A password or setup token that is no good; the public text is the same for every reason.
   * @param detail the true reason, for the log
   */
  static invalidCredentials(detail: string): DomainError {
    return new DomainError('unauthenticated', INVALID_CREDENTIALS, { challenge: null, detail });
  }

  /** Whether a password or setup token was no good, rather than a token. */
  get isInvalidCredentials(): boolean {
    return this.message === INVALID_CREDENTIALS;
  }

  /** The principal is known and may not do this. */
  static forbidden(message: string, options: Pick<DomainErrorOptions, 'code' | 'detail'> = {}): DomainError {
    return new DomainError('forbidden', message, options);
  }

  /** The principal lacks the scope that the route names (RFC 6750 §3.1). */
  static insufficientScope(required: string): DomainError {
    return new DomainError('forbidden', `Insufficient scope. Required: ${required}`, {
      challenge: 'insufficient_scope',
    });
  }

  /** There is no such object, or it is another tenant's: the same answer. */
  static notFound(): DomainError {
    return new DomainError('not-found', 'Not found');
  }

  /** The state of the object does not allow it, or another object has this name. */
  static conflict(message: string, options: Pick<DomainErrorOptions, 'code' | 'cause'> = {}): DomainError {
    return new DomainError('conflict', message, options);
  }

  /** Only a person may do this, so that a stolen machine credential cannot make itself permanent. */
  static humanRequired(): DomainError {
    return new DomainError('forbidden', 'This needs a person: machines may not do it', { code: 'HUMAN_REQUIRED' });
  }

  /** The account's plan does not include clients. */
  static planNotEligible(): DomainError {
    return new DomainError('forbidden', "The account's plan does not include clients", { code: 'PLAN_NOT_ELIGIBLE' });
  }

  /** The object is not in the version that `If-Match` names (RFC 9110 §13.1.1). */
  static preconditionFailed(): DomainError {
    return new DomainError('precondition-failed', 'The object has changed: read it again');
  }

  /**
   * Too many attempts.
   * @param limit which limit, for the log and the audit trail
   */
  static tooMany(retryAfterSeconds: number, limit: Limit): DomainError {
    return new DomainError('too-many', 'Too many requests', { retryAfterSeconds, detail: limit });
  }

  /** The service cannot answer now and may soon. */
  static unavailable(detail: string, options: { retryAfterSeconds?: number; cause?: unknown } = {}): DomainError {
    return new DomainError('unavailable', 'The service cannot answer now, try again', {
      retryAfterSeconds: 1,
      detail,
      ...options,
    });
  }
}

function shortened({ path, message }: ErrorDetail): ErrorDetail {
  const shorten = (text: string): string =>
    text.length > MAX_DETAIL_LENGTH ? `${text.slice(0, MAX_DETAIL_LENGTH - 1)}…` : text;
  return { path: shorten(path), message: shorten(message) };
}
