import { Injectable } from '@nestjs/common';
import { AuditService } from '../audit/audit.service.js';
import { makerOf, type Principal } from '../common/access/principal.js';
import { Clock } from '../common/clock.js';
import { DomainError } from '../common/errors/domain.error.js';
import { type Precondition } from '../common/precondition.js';
import { newId } from '../common/id.js';
import { applyChanges } from '../database/change.js';
import { type OnceRequest } from '../common/once-request.js';
import { type Made, runOnce } from '../database/idempotency.js';
import { type Tx } from '../database/tx.js';
import { UnitOfWork } from '../database/unit-of-work.js';
import { RevocationsService } from '../revocations/revocations.service.js';
import { type Page } from '../database/page.js';
import { AccountRepository } from './account.repository.js';
import { toWorkspace, type WorkspaceResponse } from './dto/workspace.response.js';
import { Workspace } from './workspace.entity.js';
import { WorkspaceRepository } from './workspace.repository.js';

/** A new workspace, and the account that it is part of. */
export interface NewWorkspace {
  accountId: string;
  name: string;
  slug: string;
}

/** Workspaces, the units of isolation. */
@Injectable()
export class WorkspacesService {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly clock: Clock,
    private readonly audit: AuditService,
    private readonly revocations: RevocationsService,
  ) {}

  /**
   * Makes a workspace in an account.
   * @throws DomainError `not-found` for an account that is not reached; `conflict` where it has one with this slug
   */
  create(principal: Principal, input: NewWorkspace, once: OnceRequest | null = null): Promise<Made<WorkspaceResponse>> {
    return this.unitOfWork.run(principal, async (tx) => {
      if (!(await tx.repository(AccountRepository).find(input.accountId))) throw DomainError.notFound();
      return runOnce(tx, principal, once, async () => {
        const workspace = Object.assign(new Workspace(), {
          ...input,
          id: newId('ws', this.clock.now()),
          createdBy: makerOf(principal),
          createdAt: tx.now,
          updatedAt: tx.now,
          version: 1,
        });
        await tx.repository(WorkspaceRepository).insert(workspace);
        this.note(tx, principal, workspace, 'workspace.created', { name: input.name, slug: input.slug });
        return toWorkspace(workspace);
      });
    });
  }

  /**
   * The workspaces of an account, newest first.
   * @throws DomainError `not-found` for an account that is not reached
   */
  list(principal: Principal, accountId: string, page: Page): Promise<Workspace[]> {
    return this.unitOfWork.run(principal, async (tx) => {
      if (!(await tx.repository(AccountRepository).find(accountId))) throw DomainError.notFound();
      return tx.repository(WorkspaceRepository).list(accountId, page);
    });
  }

  /**
   * One workspace.
   * @throws DomainError `not-found`
   */
  get(principal: Principal, id: string): Promise<Workspace> {
    return this.unitOfWork.run(principal, async (tx) => {
      const workspace = await tx.repository(WorkspaceRepository).find(id);
      if (!workspace) throw DomainError.notFound();
      return workspace;
    });
  }

  /**
   * The workspace that the principal belongs to.
   * @throws DomainError `forbidden` for a principal without one
   */
  getOwn(principal: Principal): Promise<Workspace> {
    const { workspaceId } = principal;
    if (workspaceId === null) throw DomainError.forbidden('This credential does not have access to this resource');
    return this.get(principal, workspaceId);
  }

  /**
   * Changes a workspace.
   * @throws DomainError `not-found`; `precondition-failed`; `conflict` for a slug that is taken
   */
  change(
    principal: Principal,
    id: string,
    changes: { name?: string | undefined; slug?: string | undefined },
    precondition: Precondition,
  ): Promise<Workspace> {
    return this.unitOfWork.run(principal, async (tx) => {
      const workspace = await this.lock(tx, id);
      precondition.check(workspace.version);
      const difference = applyChanges<Workspace>(workspace, changes, tx.now);
      if (!difference) return workspace;
      await tx.repository(WorkspaceRepository).save(workspace);
      this.note(tx, principal, workspace, 'workspace.updated', difference);
      return workspace;
    });
  }

  /**
   * Ends a workspace: every credential and token in it is dead from then on; the audit trail stays.
   * @throws DomainError `not-found`; `precondition-failed`
   */
  end(principal: Principal, id: string, precondition: Precondition): Promise<void> {
    return this.unitOfWork.run(principal, async (tx) => {
      const workspace = await this.lock(tx, id);
      precondition.check(workspace.version);
      await tx.repository(WorkspaceRepository).end(id, { at: tx.now, by: principal.id, reason: 'deleted' });
      this.revocations.cut(tx, 'workspace', id);
      this.note(tx, principal, workspace, 'workspace.deleted', {});
    });
  }

  /** The first workspace that an account had, even if it has ended; null if it never had one. */
  findFirst(principal: Principal, accountId: string): Promise<Workspace | null> {
    return this.unitOfWork.run(principal, (tx) => tx.repository(WorkspaceRepository).findFirst(accountId));
  }

  private async lock(tx: Tx, id: string): Promise<Workspace> {
    const workspace = await tx.repository(WorkspaceRepository).lock(id);
    if (!workspace) throw DomainError.notFound();
    return workspace;
  }

  private note(tx: Tx, principal: Principal, workspace: Workspace, action: string, changes: object): void {
    const { id, accountId } = workspace;
    const object = { type: 'workspace', id };
    this.audit.record(tx, principal, { action, object, accountId, workspaceId: id, changes });
  }
}
