import { HttpException } from '@nestjs/common';
import { DomainError, type DomainErrorKind, type ErrorDetail } from '../errors/domain.error.js';
import { OAuthError, type OAuthErrorCode } from '../errors/oauth.error.js';
import { EdgeError } from './edge.error.js';

/** Whatever went wrong, in terms of HTTP; both the OAuth body and the others are written from it. */
export interface Fault {
  readonly status: number;
  /** The code outside OAuth. */
  readonly code: string;
  /** The public text. */
  readonly message: string;
  /** The code of the OAuth endpoints, where the error has one of its own. */
  readonly oauthError?: OAuthErrorCode | undefined;
  readonly details?: readonly ErrorDetail[] | undefined;
  readonly challenge?: 'invalid_token' | 'insufficient_scope' | null;
  readonly allow?: string | undefined;
  readonly retryAfterSeconds?: number | undefined;
  /** For the log only. */
  readonly detail?: string | undefined;
  /** For the log only. */
  readonly cause?: unknown;
}

const STATUS: Readonly<Record<DomainErrorKind, number>> = {
  invalid: 400,
  unauthenticated: 401,
  forbidden: 403,
  'not-found': 404,
  conflict: 409,
  'precondition-failed': 412,
  'too-many': 429,
  unavailable: 503,
};

interface Texts {
  readonly code: string;
  readonly message: string;
}

const INTERNAL: Texts = { code: 'INTERNAL', message: 'The server failed to answer the request' };

const TEXTS: Readonly<Record<number, Texts>> = {
  400: { code: 'BAD_REQUEST', message: 'The request is malformed' },
  401: { code: 'UNAUTHORIZED', message: 'Invalid or missing API key' },
  403: { code: 'FORBIDDEN', message: 'Forbidden' },
  404: { code: 'NOT_FOUND', message: 'Not found' },
  405: { code: 'METHOD_NOT_ALLOWED', message: 'Method not allowed' },
  409: { code: 'CONFLICT', message: 'Conflict' },
  412: { code: 'PRECONDITION_FAILED', message: 'Precondition failed' },
  413: { code: 'PAYLOAD_TOO_LARGE', message: 'The body is too large' },
  415: { code: 'UNSUPPORTED_MEDIA_TYPE', message: 'The media type is not supported' },
  429: { code: 'RATE_LIMIT_EXCEEDED', message: 'Too many requests' },
  500: INTERNAL,
  503: { code: 'UNAVAILABLE', message: 'The service cannot answer now, try again' },
};

/** Statuses whose answer must say when to come back. */
const RETRYABLE: readonly number[] = [429, 503];

/**
 * Translates whatever was thrown. Texts of frameworks and drivers never become public: they quote what was sent, or
 * tell what the service is made of.
 */
export function faultOf(thrown: unknown): Fault {
  if (thrown instanceof OAuthError) {
    const { status, description: message, error: oauthError, detail, retryAfterSeconds, cause } = thrown;
    return { ...plain(status), message, oauthError, detail, cause, ...retryAfter(status, retryAfterSeconds) };
  }
  if (thrown instanceof DomainError) {
    const base = plain(STATUS[thrown.kind]);
    const { message, details, challenge, detail, cause, code = base.code, retryAfterSeconds } = thrown;
    return { ...base, code, message, details, challenge, detail, cause, ...retryAfter(base.status, retryAfterSeconds) };
  }
  if (thrown instanceof EdgeError) return { ...plain(thrown.status), message: thrown.message, allow: thrown.allow };
  const status = statusOfFramework(thrown);
  if (status >= 500) return { ...plain(status), cause: thrown, ...retryAfter(status) };
  return { ...plain(status), detail: thrown instanceof Error ? thrown.name : undefined };
}

function plain(status: number): Pick<Fault, 'status' | 'code' | 'message'> {
  const texts = TEXTS[status];
  if (texts) return { status, ...texts };
  return status < 500 ? plain(400) : plain(500);
}

function retryAfter(status: number, seconds?: number): Pick<Fault, 'retryAfterSeconds'> {
  return RETRYABLE.includes(status) ? { retryAfterSeconds: seconds ?? 1 } : {};
}

/** The status of an error of Nest or Fastify; everything else is the service's own fault. */
function statusOfFramework(thrown: unknown): number {
  const status = thrown instanceof HttpException ? thrown.getStatus() : statusCodeOf(thrown);
  // A path segment longer than any name names nothing.
  if (status === 414) return 404;
  return status >= 400 && status < 600 ? status : 500;
}

function statusCodeOf(thrown: unknown): number {
  const status = thrown instanceof Error && 'statusCode' in thrown ? thrown.statusCode : undefined;
  return typeof status === 'number' ? status : 500;
}
