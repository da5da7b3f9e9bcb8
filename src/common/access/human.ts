import { DomainError } from '../errors/domain.error.js';
import { type Principal } from './principal.js';

/**
 * Refuses machines, so that a stolen credential of theirs cannot make itself permanent.
 * @param creation `any`: CREDENTIAL_CREATION lets machines with `admin` do it, too
 * @throws DomainError `forbidden`, HUMAN_REQUIRED
 */
export function requireHuman({ type }: Principal, creation: 'human' | 'any' = 'human'): void {
  if (type === 'client' && creation === 'human') throw DomainError.humanRequired();
}
