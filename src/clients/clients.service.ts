import { Injectable } from '@nestjs/common';
import { AuditService } from '../audit/audit.service.js';
import { type Principal } from '../common/access/principal.js';
import { Descendants } from '../common/credential/descendants.js';
import { DomainError } from '../common/errors/domain.error.js';
import { type Precondition } from '../common/precondition.js';
import { type Tx } from '../database/tx.js';
import { UnitOfWork } from '../database/unit-of-work.js';
import { RevocationsService } from '../revocations/revocations.service.js';
import { type DescribedClient, describeClient } from './client-description.js';
import { ClientFactory, type NewClient } from './client-factory.js';
import { type Client } from './client.entity.js';
import { ClientRepository } from './client.repository.js';

/** A deactivated client, and how many API keys that it made live on. */
export interface Deactivated extends DescribedClient {
  readonly liveApiKeys: number;
}

/** Clients from their making to their end. */
@Injectable()
export class ClientsService {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly audit: AuditService,
    private readonly revocations: RevocationsService,
    private readonly factory: ClientFactory,
    private readonly descendants: Descendants<Tx>,
  ) {}

  /** Makes a client with its first secret, for the service itself: nothing is asked. */
  create(principal: Principal, input: NewClient): Promise<{ client: Client; secret: string }> {
    return this.unitOfWork.run(principal, (tx) => this.factory.make(tx, principal, input));
  }

  /**
   * Ends a client for good, and every token that was issued to it. Ending it again changes nothing about it.
   * @param options.descendants ends the API keys that it made, too, and what they made
   * @throws DomainError `not-found`; `precondition-failed`
   */
  deactivate(
    principal: Principal,
    clientId: string,
    options: { descendants?: boolean; precondition?: Precondition } = {},
  ): Promise<Deactivated> {
    return this.unitOfWork.run(principal, async (tx) => {
      const repository = tx.repository(ClientRepository);
      const client = await repository.lock(clientId);
      if (!client) throw DomainError.notFound();
      options.precondition?.check(client.version);
      const ends = client.endedAt === null;
      if (ends) {
        await repository.end(clientId, { at: tx.now, by: principal.id, reason: 'deactivated' });
        this.revocations.cut(tx, 'client', clientId);
      }
      const ended = options.descendants === true ? await this.descendants.end(tx, principal, clientId) : 0;
      if (ends || ended > 0) this.note(tx, principal, client, ended);
      const now = (await repository.find(clientId)) ?? client;
      const liveApiKeys = await this.descendants.countLive(tx, clientId);
      return { ...(await describeClient(tx, now)), liveApiKeys };
    });
  }

  private note(tx: Tx, principal: Principal, { id, accountId, workspaceId }: Client, endedApiKeys: number): void {
    const object = { type: 'client', id };
    const changes = { endedApiKeys };
    this.audit.record(tx, principal, { action: 'client.deactivated', object, accountId, workspaceId, changes });
  }
}
