import { Injectable } from '@nestjs/common';
import { type Principal } from '../common/access/principal.js';
import { DomainError } from '../common/errors/domain.error.js';
import { type Tx } from '../database/tx.js';
import { UnitOfWork } from '../database/unit-of-work.js';
import { type Page } from '../database/page.js';
import { AccountRepository } from '../workspaces/account.repository.js';
import { WorkspaceRepository } from '../workspaces/workspace.repository.js';
import { type DescribedClient, describeClient, describeClients } from './client-description.js';
import { type ClientOwner, ClientRepository } from './client.repository.js';

/** Reads clients for the management API. Row-level security hides what the principal does not reach. */
@Injectable()
export class ClientListService {
  constructor(private readonly unitOfWork: UnitOfWork) {}

  /**
   * One client.
   * @throws DomainError `not-found`
   */
  get(principal: Principal, id: string): Promise<DescribedClient> {
    return this.unitOfWork.run(principal, async (tx) => {
      const client = await tx.repository(ClientRepository).find(id);
      if (!client) throw DomainError.notFound();
      return describeClient(tx, client);
    });
  }

  /** The platform's own clients, newest first. */
  ofPlatform(principal: Principal, page: Page): Promise<DescribedClient[]> {
    return this.unitOfWork.run(principal, (tx) => this.page(tx, { level: 'platform' }, page));
  }

  /**
   * An account's own clients, without those of its workspaces, newest first.
   * @throws DomainError `not-found` for an account that the principal does not reach, as for one that does not exist
   */
  ofAccount(principal: Principal, accountId: string, page: Page): Promise<DescribedClient[]> {
    return this.unitOfWork.run(principal, async (tx) => {
      if (!(await tx.repository(AccountRepository).find(accountId))) throw DomainError.notFound();
      return this.page(tx, { level: 'account', accountId }, page);
    });
  }

  /**
   * A workspace's clients, newest first.
   * @throws DomainError `not-found` for a workspace that the principal does not reach, as for one that does not exist
   */
  ofWorkspace(principal: Principal, workspaceId: string, page: Page): Promise<DescribedClient[]> {
    return this.unitOfWork.run(principal, async (tx) => {
      if (!(await tx.repository(WorkspaceRepository).find(workspaceId))) throw DomainError.notFound();
      return this.page(tx, { level: 'workspace', workspaceId }, page);
    });
  }

  private async page(tx: Tx, owner: ClientOwner, page: Page): Promise<DescribedClient[]> {
    return describeClients(tx, await tx.repository(ClientRepository).list(owner, page));
  }
}
