import { Injectable } from '@nestjs/common';
import { type Principal } from '../common/access/principal.js';
import { DomainError } from '../common/errors/domain.error.js';
import { UnitOfWork } from '../database/unit-of-work.js';
import { type Client } from './client.entity.js';
import { ClientRepository } from './client.repository.js';
import { WorkspaceRepository } from '../workspaces/workspace.repository.js';

/** A client with what a list shows beside its own row. */
export interface ListedClient {
  client: Client;
  audiences: string[];
  defaultAudience: string | null;
  secretLast4: string | null;
}

/** Reads clients for the management API. */
@Injectable()
export class ClientListService {
  constructor(private readonly unitOfWork: UnitOfWork) {}

  /**
   * A workspace's clients, newest first.
   * @param limit at most this many
   * @throws DomainError `not-found` for a workspace that the principal does not reach, as for one that does not exist
   */
  ofWorkspace(principal: Principal, workspaceId: string, limit: number): Promise<ListedClient[]> {
    return this.unitOfWork.run(principal, async (tx) => {
      // Row-level security hides what the principal does not reach, so this one look-up is existence and reach.
      if (!(await tx.repository(WorkspaceRepository).find(workspaceId))) throw DomainError.notFound();
      const repository = tx.repository(ClientRepository);
      const clients = await repository.listOfWorkspace(workspaceId, limit);
      const ids = clients.map(({ id }) => id);
      const audiences = await repository.audiencesOf(ids);
      const secrets = await repository.newestSecrets(ids);
      return clients.map((client) => {
        const own = audiences.filter(({ clientId }) => clientId === client.id);
        return {
          client,
          audiences: own.map(({ identifier }) => identifier),
          defaultAudience: own.find(({ isDefault }) => isDefault)?.identifier ?? null,
          secretLast4: secrets.find(({ clientId }) => clientId === client.id)?.last4 ?? null,
        };
      });
    });
  }
}
