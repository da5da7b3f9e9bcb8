import { Injectable } from '@nestjs/common';
import { type Principal } from '../common/access/principal.js';
import { Clock } from '../common/clock.js';
import { DomainError } from '../common/errors/domain.error.js';
import { newId } from '../common/id.js';
import { UnitOfWork } from '../database/unit-of-work.js';
import { Workspace } from './workspace.entity.js';
import { WorkspaceRepository } from './workspace.repository.js';

/** Workspaces, the units of isolation. */
@Injectable()
export class WorkspacesService {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly clock: Clock,
  ) {}

  /**
   * Makes a workspace in an account.
   * @throws DomainError `conflict` where the account has one with this slug
   */
  create(principal: Principal, input: { accountId: string; name: string; slug: string }): Promise<Workspace> {
    return this.unitOfWork.run(principal, async (tx) => {
      const workspace = Object.assign(new Workspace(), {
        ...input,
        id: newId('ws', this.clock.now()),
        createdAt: tx.now,
        updatedAt: tx.now,
      });
      await tx.repository(WorkspaceRepository).insert(workspace);
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
    return this.unitOfWork.run(principal, async (tx) => {
      const workspace = await tx.repository(WorkspaceRepository).find(workspaceId);
      if (!workspace) throw DomainError.notFound();
      return workspace;
    });
  }

  /** A workspace by its slug, or null. */
  findBySlug(principal: Principal, accountId: string, slug: string): Promise<Workspace | null> {
    return this.unitOfWork.run(principal, (tx) => tx.repository(WorkspaceRepository).findBySlug(accountId, slug));
  }
}
