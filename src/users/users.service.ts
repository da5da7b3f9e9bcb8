import { Injectable } from '@nestjs/common';
import { AuditService } from '../audit/audit.service.js';
import { isMachine, requireHuman } from '../common/access/human.js';
import { makerOf, type Principal } from '../common/access/principal.js';
import { Clock } from '../common/clock.js';
import { DomainError } from '../common/errors/domain.error.js';
import { type Precondition } from '../common/precondition.js';
import { newId } from '../common/id.js';
import { AppConfig } from '../config/app-config.js';
import { applyChanges } from '../database/change.js';
import { type OnceRequest } from '../common/once-request.js';
import { type Made, runOnce } from '../database/idempotency.js';
import { type Tx } from '../database/tx.js';
import { UnitOfWork } from '../database/unit-of-work.js';
import { RevocationsService } from '../revocations/revocations.service.js';
import { requireMayGive } from '../roles/may-give.js';
import { type Role } from '../roles/role.entity.js';
import { type RoleSnapshot } from '../roles/role.repository.js';
import { AccountRepository } from '../workspaces/account.repository.js';
import { toUser, type UserResponse } from './dto/user.response.js';
import { SetupTokens } from './setup-tokens.js';
import { UserCredentialRepository } from './user-credential.repository.js';
import { UserCredential } from './user-credential.entity.js';
import { User, type UserStatus } from './user.entity.js';
import { UserReader } from './user-reader.js';
import { type FreedUser, UserRepository } from './user.repository.js';
import { isAccountAdmin, isAdmin, isForPeopleToGive, isNarrower, requireMayTouch, workspaceFor } from './user-rules.js';

/** A new person, as it is asked for. */
export interface NewUser {
  readonly accountId: string;
  readonly email: string;
  readonly name: string;
  readonly role: string;
  readonly workspaceId?: string | null | undefined;
}

/** What an administrator may change of a person. */
export interface UserChanges {
  readonly email?: string | undefined;
  readonly name?: string | undefined;
  readonly role?: string | undefined;
  readonly workspaceId?: string | null | undefined;
}

/** People: making, changing and ending them. */
@Injectable()
export class UsersService {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly clock: Clock,
    private readonly config: AppConfig,
    private readonly audit: AuditService,
    private readonly revocations: RevocationsService,
    private readonly setupTokens: SetupTokens,
    private readonly reader: UserReader,
  ) {}

  /**
   * Makes a person in an account, who sets a password with the setup token.
   * @returns the token for people, and for a platform client that makes an account's first administrator; to others null
   * @throws DomainError `not-found` for an account that is not reached; `invalid` for role and workspace; `forbidden`;
   *   `conflict` where the account has somebody with this address
   */
  create(
    principal: Principal,
    input: NewUser,
    once: OnceRequest | null = null,
  ): Promise<Made<UserResponse> & { setupToken: string | null }> {
    return this.unitOfWork.run(principal, async (tx) => {
      if (!(await tx.repository(AccountRepository).find(input.accountId))) throw DomainError.notFound();
      let setupToken: string | null = null;
      const made = await runOnce(tx, principal, once, async () => {
        const role = await this.reader.role(tx, input.role);
        requireMayGive(principal, role);
        const workspaceId = workspaceFor(role, input.workspaceId);
        await this.reader.requireWorkspace(tx, input.accountId, workspaceId);
        const first = await this.isFirstAdmin(tx, principal, input.accountId, role);
        if (isForPeopleToGive(role) && !first) requireHuman(principal, this.config.credentialCreation);
        const user = await this.insert(tx, principal, { ...input, workspaceId, status: 'invited' }, null);
        if (first || !isMachine(principal)) setupToken = await this.setupTokens.issue(tx, user.id);
        return toUser(user, role, null);
      });
      return { ...made, setupToken };
    });
  }

  /** Adds a person with their credential, and notes it. */
  async insert(
    tx: Tx,
    principal: Principal,
    input: NewUser & { workspaceId: string | null; status: UserStatus },
    passwordHash: string | null,
  ): Promise<User> {
    const { accountId, workspaceId, email, name, role, status } = input;
    const user = Object.assign(new User(), {
      id: newId('usr', this.clock.now()),
      accountId,
      workspaceId,
      email,
      name,
      role,
      status,
      createdBy: makerOf(principal),
      createdAt: tx.now,
      updatedAt: tx.now,
      version: 1,
    });
    this.noteFreed(tx, principal, await tx.repository(UserRepository).insert(user));
    const credential = Object.assign(new UserCredential(), { userId: user.id, accountId, workspaceId, passwordHash });
    await tx.repository(UserCredentialRepository).insert(credential);
    this.note(tx, principal, user, 'user.created', { email, name, role, workspaceId });
    return user;
  }

  /**
   * Changes a person. A role with fewer scopes, of another level or in another workspace ends the person's tokens.
   * @throws DomainError `not-found`; `precondition-failed`; `invalid` for role and workspace; `forbidden` for one's own
   *   role and for what is above one's level; `conflict` for an address that is taken, and for the last administrator
   */
  change(
    principal: Principal,
    id: string,
    changes: UserChanges,
    precondition: Precondition,
  ): Promise<{ user: UserResponse; version: number }> {
    return this.unitOfWork.run(principal, async (tx) => {
      const { user, role: before } = await this.lock(tx, principal, id);
      precondition.check(user.version);
      const role = changes.role === undefined ? before : await this.reader.role(tx, changes.role);
      const workspaceId = workspaceFor(role, changes.workspaceId, user.workspaceId);
      const moved = workspaceId !== user.workspaceId;
      if (role.name !== before.name || moved) await this.reassign(tx, principal, user, { role, before, workspaceId });
      const { email, name } = changes;
      const difference = applyChanges<User>(user, { email, name, role: role.name, workspaceId }, tx.now);
      if (difference) {
        this.noteFreed(tx, principal, await tx.repository(UserRepository).save(user, moved));
        this.note(tx, principal, user, 'user.updated', difference);
      }
      return { user: await this.reader.describe(tx, user, role), version: user.version };
    });
  }

  /**
   * Ends a person for good, and every token of theirs.
   * @throws DomainError `not-found`; `precondition-failed`; `forbidden` for a person of a higher level; `conflict` for
   *   the last administrator
   */
  end(principal: Principal, id: string, precondition: Precondition): Promise<void> {
    return this.unitOfWork.run(principal, async (tx) => {
      const { user, role } = await this.lock(tx, principal, id);
      precondition.check(user.version);
      await this.requireOtherAdmin(tx, user, role);
      await tx.repository(UserRepository).end(id, { at: tx.now, by: principal.id });
      this.revocations.cut(tx, 'user', id);
      this.note(tx, principal, user, 'user.deleted', {});
    });
  }

  /**
   * A new setup token, in place of the one before.
   * @throws DomainError `not-found`; `forbidden` for machines (HUMAN_REQUIRED), for oneself and for a person of a higher level
   */
  renewSetupToken(principal: Principal, id: string): Promise<string> {
    return this.unitOfWork.run(principal, async (tx) => {
      // Whom a machine does not reach is not there, as everywhere.
      await this.reader.find(tx, id);
      requireHuman(principal);
      if (principal.id === id) throw DomainError.forbidden('A password of one’s own is changed with the current one');
      const { user } = await this.lock(tx, principal, id);
      this.note(tx, principal, user, 'user.setup_token_created', {});
      return this.setupTokens.issue(tx, id);
    });
  }

  /** Another role, or the same in another workspace. */
  private async reassign(
    tx: Tx,
    principal: Principal,
    user: User,
    { role, before, workspaceId }: { role: Role; before: Role; workspaceId: string | null },
  ): Promise<void> {
    if (user.id === principal.id) throw DomainError.forbidden('Nobody changes their own role');
    requireMayGive(principal, role);
    if (isForPeopleToGive(role)) requireHuman(principal, this.config.credentialCreation);
    await this.reader.requireWorkspace(tx, user.accountId, workspaceId);
    if (before.level === 'platform' ? role.name !== before.name : !isAccountAdmin(role)) {
      await this.requireOtherAdmin(tx, user, before);
    }
    // Whoever has it was not to become more than this person was.
    await tx.repository(UserCredentialRepository).voidSetupToken(user.id);
    if (workspaceId !== user.workspaceId || isNarrower(role, before)) this.revocations.cut(tx, 'user', user.id);
  }

  /** The account first, then the person: of two last administrators who go at the same time, the second finds it out. */
  private async lock(tx: Tx, principal: Principal, id: string): Promise<{ user: User; role: Role }> {
    const { accountId } = await this.reader.find(tx, id);
    await tx.repository(AccountRepository).lock(accountId);
    const user = await tx.repository(UserRepository).lock(id);
    if (!user) throw DomainError.notFound();
    const role = await this.reader.role(tx, user.role);
    requireMayTouch(principal, role);
    return { user, role };
  }

  /** @throws DomainError `conflict` where nobody else would administer what this person does; the account is locked */
  private async requireOtherAdmin(tx: Tx, user: User, role: RoleSnapshot): Promise<void> {
    const { id, accountId, role: name } = user;
    // Who is only invited cannot take over from one who can sign in.
    const active = user.status === 'active';
    const repository = tx.repository(UserRepository);
    if (name === 'platform_admin' && !(await repository.hasPlatformAdminBeside(id, active))) {
      throw DomainError.conflict('The last administrator of the platform cannot go');
    }
    if (role.level === 'account' && isAdmin(role) && !(await repository.hasAdminBeside(accountId, id, active))) {
      throw DomainError.conflict('The last administrator of the account cannot go');
    }
  }

  /**
   * A sign-up back end, a client of the platform, gives a new account its first administrator. Those who were ended
   * count: no machine makes room for a first one.
   */
  private async isFirstAdmin(tx: Tx, principal: Principal, accountId: string, role: RoleSnapshot): Promise<boolean> {
    const { type, level } = principal;
    if (type !== 'client' || level !== 'platform' || role.level !== 'account' || !isAdmin(role)) return false;
    await tx.repository(AccountRepository).lock(accountId);
    return !(await tx.repository(UserRepository).hadAnyAboveWorkspaces(accountId));
  }

  /** Nobody saw them any more, yet they were there until their address was wanted. */
  private noteFreed(tx: Tx, principal: Principal, freed: readonly FreedUser[]): void {
    for (const { id, accountId, workspaceId } of freed) {
      const object = { type: 'user', id };
      const change = { action: 'user.deleted', reason: 'workspace_deleted', object, accountId, workspaceId };
      this.audit.record(tx, principal, change);
    }
  }

  private note(tx: Tx, principal: Principal, user: User, action: string, changes: object): void {
    const { id, accountId, workspaceId } = user;
    this.audit.record(tx, principal, { action, object: { type: 'user', id }, accountId, workspaceId, changes });
  }
}
