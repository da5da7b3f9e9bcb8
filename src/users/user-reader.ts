import { Injectable } from '@nestjs/common';
import { type Principal } from '../common/access/principal.js';
import { DomainError } from '../common/errors/domain.error.js';
import { type Tx } from '../database/tx.js';
import { UnitOfWork } from '../database/unit-of-work.js';
import { type Role } from '../roles/role.entity.js';
import { RoleRepository, type RoleSnapshot } from '../roles/role.repository.js';
import { type Page } from '../database/page.js';
import { AccountRepository } from '../workspaces/account.repository.js';
import { WorkspaceRepository } from '../workspaces/workspace.repository.js';
import { toUser, type UserResponse } from './dto/user.response.js';
import { UserCredentialRepository } from './user-credential.repository.js';
import { type User } from './user.entity.js';
import { UserRepository } from './user.repository.js';

/** Reads people, and what they refer to. */
@Injectable()
export class UserReader {
  constructor(private readonly unitOfWork: UnitOfWork) {}

  /**
   * One person.
   * @throws DomainError `not-found`
   */
  get(principal: Principal, id: string): Promise<{ user: UserResponse; version: number }> {
    return this.unitOfWork.run(principal, async (tx) => {
      const user = await this.find(tx, id);
      const role = await this.role(tx, user.role);
      return { user: await this.describe(tx, user, role), version: user.version };
    });
  }

  /** Whether the principal reaches a living person of this id. */
  isThere(principal: Principal, id: string): Promise<boolean> {
    return this.unitOfWork.run(principal, async (tx) => (await tx.repository(UserRepository).find(id)) !== null);
  }

  /**
   * The people of an account, newest first.
   * @throws DomainError `not-found` for an account that is not reached
   */
  list(principal: Principal, accountId: string, page: Page): Promise<UserResponse[]> {
    return this.unitOfWork.run(principal, async (tx) => {
      if (!(await tx.repository(AccountRepository).find(accountId))) throw DomainError.notFound();
      const people = await tx.repository(UserRepository).list(accountId, page);
      const logins = await tx.repository(UserCredentialRepository).lastLogins(people.map(({ id }) => id));
      const found = await tx.repository(RoleRepository).findAll();
      const roles = new Map(found.map((role) => [role.name, role]));
      return people.flatMap((user) => {
        const role = roles.get(user.role);
        return role ? [toUser(user, role, logins.get(user.id) ?? null)] : [];
      });
    });
  }

  /** @throws DomainError `not-found` */
  async find(tx: Tx, id: string): Promise<User> {
    const user = await tx.repository(UserRepository).find(id);
    if (!user) throw DomainError.notFound();
    return user;
  }

  /** A person as an answer shows them. */
  async describe(tx: Tx, user: User, role: RoleSnapshot): Promise<UserResponse> {
    const logins = await tx.repository(UserCredentialRepository).lastLogins([user.id]);
    return toUser(user, role, logins.get(user.id) ?? null);
  }

  /** @throws DomainError `invalid` for a role that does not exist */
  async role(tx: Tx, name: string): Promise<Role> {
    const role = await tx.repository(RoleRepository).find(name);
    if (!role) throw DomainError.invalid('No such role', [{ path: 'role', message: 'is no role' }]);
    return role;
  }

  /** @throws DomainError `invalid` for one that is not a living workspace of this account */
  async requireWorkspace(tx: Tx, accountId: string, workspaceId: string | null): Promise<void> {
    if (workspaceId === null) return;
    const workspace = await tx.repository(WorkspaceRepository).find(workspaceId);
    if (workspace?.accountId === accountId) return;
    throw DomainError.invalid('No such workspace', [
      { path: 'workspaceId', message: 'is no workspace of the account' },
    ]);
  }
}
