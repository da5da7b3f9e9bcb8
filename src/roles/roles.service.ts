import { Injectable } from '@nestjs/common';
import { AuditService } from '../audit/audit.service.js';
import { requireHuman } from '../common/access/human.js';
import { type Principal } from '../common/access/principal.js';
import { DomainError } from '../common/errors/domain.error.js';
import { type Precondition } from '../common/precondition.js';
import { type ManagementScope, writtenOut } from '../common/oauth/scope.js';
import { isAtLeast, type Level } from '../common/oauth/vocabulary.js';
import { AppConfig } from '../config/app-config.js';
import { applyChanges } from '../database/change.js';
import { type OnceRequest } from '../common/once-request.js';
import { type Made, runOnce } from '../database/idempotency.js';
import { type Tx } from '../database/tx.js';
import { UnitOfWork } from '../database/unit-of-work.js';
import { type Page } from '../database/page.js';
import { type RoleResponse, toRole } from './dto/role.response.js';
import { type OWN_ROLE_LEVELS, Role } from './role.entity.js';
import { RoleRepository } from './role.repository.js';

/** A new role of the platform's own. */
export interface NewRole {
  name: string;
  level: (typeof OWN_ROLE_LEVELS)[number];
  scopes: ManagementScope[];
  /** Left out, the role's level. */
  assignableBy?: Level | undefined;
}

/** What may change of a role. */
export interface RoleChanges {
  scopes?: ManagementScope[] | undefined;
  assignableBy?: Level | undefined;
}

/** Roles: everybody reads them, the platform adds its own. */
@Injectable()
export class RolesService {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly config: AppConfig,
    private readonly audit: AuditService,
  ) {}

  /**
   * Adds a role; for principals of the platform.
   * @throws DomainError `conflict` for a name that is taken; `invalid` for one that principals below its level may give
   */
  create(principal: Principal, input: NewRole, once: OnceRequest | null = null): Promise<Made<RoleResponse>> {
    return this.unitOfWork.run(principal, (tx) =>
      runOnce(tx, principal, once, async () => {
        const { assignableBy = input.level } = input;
        requireFit(input.level, assignableBy);
        const role = Object.assign(new Role(), {
          ...input,
          assignableBy,
          builtIn: false,
          createdAt: tx.now,
          updatedAt: tx.now,
          version: 1,
        });
        await tx.repository(RoleRepository).insert(role);
        this.note(tx, principal, role, 'role.created', { level: input.level, scopes: input.scopes, assignableBy });
        return toRole(role);
      }),
    );
  }

  /** Every role, newest first. */
  list(principal: Principal, page: Page): Promise<Role[]> {
    return this.unitOfWork.run(principal, (tx) => tx.repository(RoleRepository).list(page));
  }

  /**
   * One role.
   * @throws DomainError `not-found`
   */
  get(principal: Principal, name: string): Promise<Role> {
    return this.unitOfWork.run(principal, async (tx) => {
      const role = await tx.repository(RoleRepository).find(name);
      if (!role) throw DomainError.notFound();
      return role;
    });
  }

  /**
   * Changes what a role may do on the management API, and who may give it. It is no cut: the next token has it, and the
   * management API, which asks the present role, obeys at once. A wider role is for people to make, since somebody may
   * have it already; it voids the setup tokens of whoever has it.
   * @throws DomainError `not-found`; `precondition-failed`; `invalid` for a built-in role, and for one that principals
   *   below its level may give; `forbidden` HUMAN_REQUIRED
   */
  change(principal: Principal, name: string, changes: RoleChanges, precondition: Precondition): Promise<Role> {
    return this.unitOfWork.run(principal, async (tx) => {
      const role = await this.lock(tx, name);
      precondition.check(role.version);
      const before = { scopes: role.scopes, assignableBy: role.assignableBy };
      const difference = applyChanges<Role>(role, changes, tx.now);
      if (!difference) return role;
      if (role.builtIn) throw DomainError.invalid('A built-in role is fixed');
      requireFit(role.level, role.assignableBy);
      const wider = holdsMore(role.scopes, before.scopes);
      const moreMayGive =
        role.assignableBy !== before.assignableBy && isAtLeast(before.assignableBy, role.assignableBy);
      if (wider || moreMayGive) requireHuman(principal, this.config.credentialCreation);
      await tx.repository(RoleRepository).save(role);
      if (wider) await tx.repository(RoleRepository).voidSetupTokens(name);
      this.note(tx, principal, role, 'role.updated', difference);
      return role;
    });
  }

  /**
   * Deletes a role that nobody has and no resource server names.
   * @throws DomainError `not-found`; `precondition-failed`; `invalid` for a built-in role; `conflict` for one in use
   */
  remove(principal: Principal, name: string, precondition: Precondition): Promise<void> {
    return this.unitOfWork.run(principal, async (tx) => {
      const role = await this.lock(tx, name);
      if (role.builtIn) throw DomainError.invalid('A built-in role cannot be deleted');
      precondition.check(role.version);
      await tx.repository(RoleRepository).remove(name);
      this.note(tx, principal, role, 'role.deleted', {});
    });
  }

  private async lock(tx: Tx, name: string): Promise<Role> {
    const role = await tx.repository(RoleRepository).lock(name);
    if (!role) throw DomainError.notFound();
    return role;
  }

  private note(tx: Tx, principal: Principal, role: Role, action: string, changes: object): void {
    this.audit.record(tx, principal, { action, object: { type: 'role', id: role.name }, accountId: null, changes });
  }
}

/** Whether these management scopes hold one that the others do not. */
function holdsMore(scopes: readonly string[], others: readonly string[]): boolean {
  const had = writtenOut(others);
  return writtenOut(scopes).some((scope) => !had.includes(scope));
}

/** Nobody below its level could give the role. */
function requireFit(level: Level, assignableBy: Level): void {
  if (isAtLeast(assignableBy, level)) return;
  throw DomainError.invalid('The request is malformed', [
    { path: 'assignableBy', message: `must not be below the role's level, ${level}` },
  ]);
}
