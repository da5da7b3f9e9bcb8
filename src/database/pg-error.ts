import { DomainError } from '../common/errors/domain.error.js';
import { WHILE_CONNECTING } from './pg-client.js';

/** Classes and codes of PostgreSQL and of the socket that mean "not now": the same request may succeed later. */
const AWAY =
  /^(?:08\w{3}|57P0[1-5]|53\w{3}|57014|55P03|25006|25P03|40001|40P01|CLAVIGER_DEADLINE|ECONN\w+|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN)$/;
/** What pg and its pool say without a code. */
const AWAY_MESSAGE =
  /^(?:Connection terminated|timeout exceeded when trying to connect|timeout expired|Client has encountered a connection error|Cannot use a pool after calling end)/;

/** The SQLSTATE or socket code of an error, through TypeORM's wrapping. */
export function pgCode(error: unknown): string | undefined {
  const { code, driverError } = (error ?? {}) as { code?: unknown; driverError?: unknown };
  return typeof code === 'string' ? code : driverError ? pgCode(driverError) : undefined;
}

/** The violated constraint's name, where there is one. */
export function pgConstraint(error: unknown): string | undefined {
  const { constraint, driverError } = (error ?? {}) as { constraint?: unknown; driverError?: unknown };
  return typeof constraint === 'string' ? constraint : driverError ? pgConstraint(driverError) : undefined;
}

/** Whether PostgreSQL is away, busy or read-only: a fault of the moment, not of the request. */
export function isAway(error: unknown): boolean {
  if (typeof error === 'object' && error !== null && WHILE_CONNECTING in error) return true;
  const code = pgCode(error);
  if (code !== undefined) return AWAY.test(code);
  return (
    error instanceof Error &&
    (AWAY_MESSAGE.test(error.message) || isAway((error as { driverError?: unknown }).driverError))
  );
}

/** Whether the transaction lost a race against another and may simply be run again (class 40). */
export function isRetryable(error: unknown): boolean {
  return ['40001', '40P01'].includes(pgCode(error) ?? '');
}

/** Every meaning of a PostgreSQL error outside database/: the only place that maps them. Others are returned as they are. */
export function translatePgError(error: unknown): unknown {
  if (error instanceof DomainError) return error;
  if (isAway(error)) return DomainError.unavailable('PostgreSQL is away', { cause: error });
  switch (pgCode(error)) {
    case '23505':
      return DomainError.conflict('An object with this name exists already', { cause: error });
    case '23503':
      return DomainError.conflict('The object is in use, or refers to one that is not there', { cause: error });
    case '22021':
    case '22P05':
      return DomainError.invalid('A text holds a character that cannot be stored');
    default:
      return error;
  }
}
