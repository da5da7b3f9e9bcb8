import { DomainError } from '../errors/domain.error.js';
import { OAuthError } from '../errors/oauth.error.js';
import { EdgeError } from '../http/edge.error.js';

/** An error answer that operations share: why it comes, and the errors it comes from. */
export interface Problem {
  readonly status: number;
  readonly description: string;
  /** Where a body for OAuth clients is written (RFC 6749 §5.2). */
  readonly oauth?: true;
  /** Name of the example to the error that is thrown. */
  readonly examples: Readonly<Record<string, () => Error>>;
}

/** What Fastify refuses by itself. */
const refused = (statusCode: number) => (): Error => Object.assign(new Error(), { statusCode });

/** Every documented error. The examples are written by the code that answers, so that they cannot differ from it. */
export const PROBLEMS_BY_NAME = {
  BadRequest: {
    status: 400,
    description: 'The request is malformed, or shows more than one credential',
    examples: {
      malformed: () =>
        DomainError.invalid('The request is malformed', [
          { path: 'limit', message: 'Too small: expected number to be >=1' },
        ]),
      severalCredentials: () => DomainError.invalid('Send one credential, once'),
    },
  },
  Unauthorized: {
    status: 401,
    description: 'No credential, or one that is malformed, unknown, expired, revoked or for another audience',
    examples: { unauthorized: () => DomainError.unauthenticated('invalid_token', '') },
  },
  InvalidCredentials: {
    status: 401,
    description: 'The credentials are no good: the same answer for every reason',
    examples: { credentials: () => DomainError.invalidCredentials('') },
  },
  Forbidden: {
    status: 403,
    description: 'The credential is good, and may not do this',
    examples: {
      scope: () => DomainError.insufficientScope('admin'),
      reach: () => DomainError.forbidden('This credential does not have access to this resource'),
      person: () => DomainError.humanRequired(),
      plan: () => DomainError.planNotEligible(),
      plainHttp: () => EdgeError.httpsRequired(),
    },
  },
  HttpsRequired: {
    status: 403,
    description: 'Plain HTTP, where the service requires HTTPS',
    examples: { plainHttp: () => EdgeError.httpsRequired() },
  },
  NotFound: {
    status: 404,
    description: "There is no such object, or it is another tenant's: the same answer",
    examples: { notFound: () => DomainError.notFound() },
  },
  Conflict: {
    status: 409,
    description: 'The state of the object does not allow it, a name is taken, or the Idempotency-Key is',
    examples: {
      taken: () => DomainError.conflict('An object with this name exists already'),
      idempotencyKey: () => DomainError.conflict('The Idempotency-Key was used with another body'),
    },
  },
  PreconditionFailed: {
    status: 412,
    description: 'The object is not in the version that `If-Match` names',
    examples: { changed: () => DomainError.preconditionFailed() },
  },
  TooMany: {
    status: 429,
    description: 'Too many failed attempts from this address, or from this address for this name',
    examples: { tooMany: () => DomainError.tooMany(42, 'failed_attempts') },
  },
  TooManyClients: {
    status: 429,
    description: 'The account has made as many clients as it may in 24 hours (CLIENT_CREATION_MAX); ended ones count',
    examples: { tooManyClients: () => DomainError.tooMany(3600, 'clients_made') },
  },
  PayloadTooLarge: {
    status: 413,
    description: 'The body is longer than 65,536 bytes',
    examples: { tooLarge: refused(413) },
  },
  UnsupportedMediaType: {
    status: 415,
    description: 'The body is not JSON in UTF-8, or it is compressed',
    examples: {
      type: () => EdgeError.unsupportedMediaType('The body must be application/json'),
      charset: () => EdgeError.unsupportedMediaType('The charset of the body must be UTF-8'),
    },
  },
  Internal: {
    status: 500,
    description: 'The server failed; nothing about it is told',
    examples: { internal: () => new Error() },
  },
  Unavailable: {
    status: 503,
    description: 'The service cannot answer now and may soon: try again',
    examples: { unavailable: () => DomainError.unavailable('') },
  },
  OAuthBadRequest: {
    status: 400,
    oauth: true,
    description: 'The request is malformed, or asks for what the client may not have (RFC 6749 §5.2, RFC 8707 §2)',
    examples: {
      invalid_request: () => OAuthError.invalidRequest('grant_type is missing'),
      unsupported_grant_type: () => OAuthError.unsupportedGrantType(),
      invalid_scope: () => OAuthError.invalidScope('The scope is more than the client has'),
      invalid_target: () => OAuthError.invalidTarget('The audience is not available'),
    },
  },
  OAuthUnauthorized: {
    status: 401,
    oauth: true,
    description: 'Client authentication failed: the same answer for every reason',
    examples: { invalid_client: () => OAuthError.invalidClient('') },
  },
  OAuthHttpsRequired: {
    status: 403,
    oauth: true,
    description: 'Plain HTTP, where the service requires HTTPS',
    examples: { invalid_request: () => EdgeError.httpsRequired() },
  },
  OAuthTooLarge: {
    status: 413,
    oauth: true,
    description: 'The body is longer than 65,536 bytes',
    examples: { invalid_request: refused(413) },
  },
  OAuthInternal: {
    status: 500,
    oauth: true,
    description: 'The server failed; nothing about it is told',
    examples: { server_error: () => OAuthError.serverError(null) },
  },
  OAuthUnavailable: {
    status: 503,
    oauth: true,
    description: 'The service cannot answer now and may soon: try again',
    examples: { temporarily_unavailable: () => OAuthError.temporarilyUnavailable('') },
  },
} satisfies Record<string, Problem>;

/** The name of a documented error. */
export type ProblemName = keyof typeof PROBLEMS_BY_NAME;
