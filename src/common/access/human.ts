import { DomainError } from '../errors/domain.error.js';
import { type Principal } from './principal.js';

/** Whoever is no machine. Every other type is one, those that come later, too. */
const NO_MACHINES: readonly Principal['type'][] = ['user', 'system'];

/** Whether a principal is neither a person nor the service itself. */
export function isMachine({ type }: Pick<Principal, 'type'>): boolean {
  return !NO_MACHINES.includes(type);
}

/**
 * Refuses machines, so that a stolen credential of theirs cannot make itself permanent.
 * @param creation `any`: CREDENTIAL_CREATION lets machines with `admin` do it, too
 * @throws DomainError `forbidden`, HUMAN_REQUIRED
 */
export function requireHuman(principal: Principal, creation: 'human' | 'any' = 'human'): void {
  if (isMachine(principal) && creation === 'human') throw DomainError.humanRequired();
}
