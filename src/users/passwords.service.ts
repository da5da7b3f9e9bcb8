import { Injectable } from '@nestjs/common';
import { AuditService } from '../audit/audit.service.js';
import { type Origin, type Principal, SYSTEM } from '../common/access/principal.js';
import { isSetupToken } from '../common/credential/format.js';
import { DomainError } from '../common/errors/domain.error.js';
import { applyChanges } from '../database/change.js';
import { Memory } from '../database/feed/memory.js';
import { UnitOfWork } from '../database/unit-of-work.js';
import { RevocationsService } from '../revocations/revocations.service.js';
import { type Turn } from '../rate-limit/turn.js';
import { PasswordHasher } from './password-hasher.js';
import { isPossiblePassword } from './password-rules.js';
import { SetupTokens } from './setup-tokens.js';
import { type Shown, UserCredentialRepository } from './user-credential.repository.js';
import { UserDirectory } from './user-directory.js';
import { type User } from './user.entity.js';
import { UserRepository } from './user.repository.js';

/** Sets passwords. Each new one ends the tokens of its person, and makes a setup token that is still out void. */
@Injectable()
export class PasswordsService {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly memory: Memory,
    private readonly people: UserDirectory,
    private readonly hasher: PasswordHasher,
    private readonly setupTokens: SetupTokens,
    private readonly revocations: RevocationsService,
    private readonly audit: AuditService,
  ) {}

  /**
   * Sets a password by a setup token, which is used up; the person can sign in from then on.
   * @param password one that the rules take
   * @throws DomainError `unauthenticated`, with one text for every reason
   */
  async setUp(setupToken: string, password: string, origin: Origin, turn: Turn): Promise<void> {
    if (!isSetupToken(setupToken)) throw DomainError.invalidCredentials('malformed setup token');
    const presented = this.setupTokens.hash(setupToken);
    const found = await this.unitOfWork.run(SYSTEM, (tx) =>
      tx.repository(UserCredentialRepository).findSetupOwner(presented, tx.now),
    );
    if (!found) throw DomainError.invalidCredentials('unknown, used or expired setup token');
    const person = await this.memory.decideAfresh(() => this.principal(found, origin));
    await this.set(person, password, { setupHash: presented.hash }, turn);
  }

  /**
   * Sets another password by the present one.
   * @param newPassword one that the rules take
   * @throws DomainError `forbidden` for whoever is no person; `unauthenticated` for a wrong password
   */
  async change(person: Principal, currentPassword: string, newPassword: string, turn: Turn): Promise<void> {
    if (person.type !== 'user') {
      throw DomainError.forbidden('This credential does not have access to this resource', { detail: 'no person' });
    }
    if (!isPossiblePassword(currentPassword)) throw DomainError.invalidCredentials('impossible by its form');
    const credential = await this.unitOfWork.run(person, (tx) =>
      tx.repository(UserCredentialRepository).find(person.id),
    );
    const oldHash = credential?.passwordHash ?? null;
    const [matched] = await this.hasher.matches(currentPassword, oldHash === null ? [] : [oldHash], 1, turn);
    if (oldHash === null || !matched) throw DomainError.invalidCredentials('wrong current password');
    await this.set(person, newPassword, { oldHash }, turn);
  }

  private async set(person: Principal, password: string, shown: Shown, turn: Turn): Promise<void> {
    const passwordHash = await this.hasher.hash(password, turn);
    await this.unitOfWork.run(person, async (tx) => {
      const repository = tx.repository(UserRepository);
      const user = await repository.lock(person.id);
      const set = user && (await tx.repository(UserCredentialRepository).setPassword(user.id, passwordHash, shown));
      if (!user || !set) throw DomainError.invalidCredentials('changed meanwhile');
      // Their address is their own already: nobody is ended for it.
      if (applyChanges<User>(user, { status: 'active' }, tx.now)) await repository.save(user, false);
      this.revocations.cut(tx, 'user', user.id);
      const { id, accountId, workspaceId } = user;
      const object = { type: 'user', id };
      this.audit.record(tx, person, { action: 'user.password_set', object, accountId, workspaceId });
    });
  }

  /** Whoever showed a setup token, if they may use it now; inside a decision. */
  private principal(id: string, origin: Origin): Principal {
    const user = this.people.get(id);
    const reason = user ? this.people.whyUnusable(user) : 'unknown';
    if (!user || reason) throw DomainError.invalidCredentials(reason ?? 'unknown');
    const grounds = this.people.groundsOf(user);
    return {
      type: 'user',
      id,
      ...this.people.standingOf(user),
      role: user.role,
      scopes: [],
      expiresAt: null,
      origin,
      grounds,
    };
  }
}
