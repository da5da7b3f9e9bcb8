import { setTimeout as delay } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { AuditService } from '../audit/audit.service.js';
import { type Principal } from '../common/access/principal.js';
import { Clock } from '../common/clock.js';
import { DomainError } from '../common/errors/domain.error.js';
import { type Precondition } from '../common/precondition.js';
import { UnitOfWork } from '../database/unit-of-work.js';
import { ClientSecretRepository, type UsedSecret } from './client-secret.repository.js';
import { ClientRepository } from './client.repository.js';
import { SecretUses } from './secret-uses.js';

/** A list does not wait longer for what was gathered: while PostgreSQL hangs, its own wait is long enough. */
const FLUSH_WAIT_MS = 500;

/** The secrets of a client, one by one. */
@Injectable()
export class ClientSecretsService {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly clock: Clock,
    private readonly audit: AuditService,
    private readonly uses: SecretUses,
  ) {}

  /**
   * A client's live secrets and their use, newest first. What this process has gathered is in it.
   * @throws DomainError `not-found`
   */
  async list(principal: Principal, clientId: string): Promise<UsedSecret[]> {
    await Promise.race([this.uses.flush(), delay(FLUSH_WAIT_MS, null, { ref: false })]);
    return this.unitOfWork.run(principal, async (tx) => {
      if (!(await tx.repository(ClientRepository).find(clientId))) throw DomainError.notFound();
      return tx.repository(ClientSecretRepository).withUses(clientId, this.clock.date());
    });
  }

  /**
   * Ends one secret at once; tokens already issued live on.
   * @throws DomainError `not-found`, of the secret, too; `conflict` for the last live one, and for a client that is deactivated
   */
  end(principal: Principal, clientId: string, secretId: string, precondition: Precondition): Promise<void> {
    return this.unitOfWork.run(principal, async (tx) => {
      const client = await tx.repository(ClientRepository).lock(clientId);
      if (!client) throw DomainError.notFound();
      if (client.endedAt !== null) throw DomainError.conflict('The client is deactivated');
      const repository = tx.repository(ClientSecretRepository);
      const live = await repository.live(clientId, tx.now);
      if (!live.some(({ id }) => id === secretId)) throw DomainError.notFound();
      precondition.check(client.version);
      if (live.length === 1) throw DomainError.conflict('The last live secret cannot be deleted');
      await repository.end([secretId], { at: tx.now, by: principal.id, reason: 'deleted' });
      Object.assign(client, { updatedAt: tx.now, version: client.version + 1 });
      await tx.repository(ClientRepository).save(client);
      const { accountId, workspaceId } = client;
      const object = { type: 'client_secret', id: secretId };
      const changes = { client: clientId };
      this.audit.record(tx, principal, { action: 'client_secret.deleted', object, accountId, workspaceId, changes });
    });
  }
}
