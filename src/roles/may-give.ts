import { type Standing } from '../common/access/principal.js';
import { DomainError } from '../common/errors/domain.error.js';
import { isAtLeast } from '../common/oauth/vocabulary.js';
import { type Role } from './role.entity.js';

/**
 * Nobody gives a role above their own level, or one that is kept for a level above theirs.
 * @throws DomainError `forbidden`
 */
export function requireMayGive({ level }: Pick<Standing, 'level'>, role: Pick<Role, 'level' | 'assignableBy'>): void {
  if (!isAtLeast(level, role.level)) throw DomainError.forbidden('Nobody gives a role above their own level');
  if (!isAtLeast(level, role.assignableBy)) {
    throw DomainError.forbidden(`This role is given by principals of level ${role.assignableBy} and above`);
  }
}
