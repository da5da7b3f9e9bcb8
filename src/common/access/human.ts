import { DomainError } from '../errors/domain.error.js';
import { type Principal } from './principal.js';

/** Whether a principal is neither a person nor the service itself. */
export function isMachine({ type }: Principal): boolean {
  return type === 'client';
}

/**
 * Refuses machines, so that a stolen credential of theirs cannot make itself permanent.
 * @param creation `any`: CREDENTIAL_CREATION lets machines with `admin` do it, too
 * @throws DomainError `forbidden`, HUMAN_REQUIRED
 */
export function requireHuman(principal: Principal, creation: 'human' | 'any' = 'human'): void {
  if (isMachine(principal) && creation === 'human') throw DomainError.humanRequired();
}
