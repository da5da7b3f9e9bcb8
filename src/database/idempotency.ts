import { type Principal } from '../common/access/principal.js';
import { DomainError } from '../common/errors/domain.error.js';
import { type OnceRequest } from '../common/once-request.js';
import { type Tx } from './tx.js';
import { IdempotencyRepository } from './idempotency.repository.js';

/** What a request made. */
export interface Made<T> {
  /** Nothing secret: it is kept, and answered again. */
  readonly object: T;
  /** Whether an earlier request made it. */
  readonly replayed: boolean;
}

/** How long a key is remembered. */
const KEPT_MS = 24 * 3600 * 1000;

/**
 * Runs the work unless the same request ran before, in the same transaction as the work itself: either both are kept,
 * or neither.
 * @param once null for a request without a key
 * @param work makes the object; what is secret stays outside of it
 * @throws DomainError `conflict` for another body under the same key, and while the first request is under way
 */
export async function runOnce<T extends object>(
  tx: Tx,
  principal: Principal,
  once: OnceRequest | null,
  work: () => Promise<T>,
): Promise<Made<T>> {
  if (!once) return { object: await work(), replayed: false };
  const repository = tx.repository(IdempotencyRepository);
  const request = { ...once, principalId: principal.id };
  if (!(await repository.tryLock(request))) throw DomainError.conflict('The first request with this key is under way');
  const known = await repository.find(request, tx.now);
  if (known) {
    if (known.requestHash.equals(once.requestHash)) return { object: known.object as T, replayed: true };
    throw DomainError.conflict('The Idempotency-Key was used with another body');
  }
  const object = await work();
  await repository.insert({
    ...request,
    accountId: principal.accountId,
    workspaceId: principal.workspaceId,
    object,
    expiresAt: new Date(tx.now.getTime() + KEPT_MS),
  });
  return { object, replayed: false };
}
