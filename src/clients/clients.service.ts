import { Injectable } from '@nestjs/common';
import { type Principal, type Standing } from '../common/access/principal.js';
import { Clock } from '../common/clock.js';
import { newClientSecret } from '../common/credential/format.js';
import { DomainError } from '../common/errors/domain.error.js';
import { newId } from '../common/id.js';
import { AppConfig } from '../config/app-config.js';
import { type Tx } from '../database/tx.js';
import { UnitOfWork } from '../database/unit-of-work.js';
import { RevocationsService } from '../revocations/revocations.service.js';
import { Peppers } from '../sealing/peppers.js';
import { ClientAudience } from './client-audience.entity.js';
import { ClientSecret } from './client-secret.entity.js';
import { Client } from './client.entity.js';
import { ClientRepository } from './client.repository.js';

/** Live secrets that a client may have at one time. */
const MAX_LIVE_SECRETS = 5;

export interface NewClient {
  name: string;
  role: string;
  /** Whose client it is. */
  owner: Standing;
  /** Ids of resource servers, in order. */
  audiences: readonly string[];
  /** One of them, or null. */
  defaultAudience: string | null;
  expiresAt?: Date;
}

/** A secret that was just made: the only time that it is seen. */
export interface IssuedSecret {
  id: string;
  secret: string;
}

/** Clients and their secrets. */
@Injectable()
export class ClientsService {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly clock: Clock,
    private readonly config: AppConfig,
    private readonly peppers: Peppers,
    private readonly revocations: RevocationsService,
  ) {}

  /** Makes a client with its first secret. */
  create(principal: Principal, input: NewClient): Promise<{ client: Client; secret: string }> {
    return this.unitOfWork.run(principal, async (tx) => {
      const { level, accountId, workspaceId } = input.owner;
      const client = Object.assign(new Client(), {
        id: newId('cli', this.clock.now()),
        level,
        accountId,
        workspaceId,
        name: input.name,
        role: input.role,
        createdBy: principal.id,
        expiresAt: input.expiresAt ?? null,
        createdAt: tx.now,
        updatedAt: tx.now,
      });
      await tx.repository(ClientRepository).insert(client, audiencesOf(client, input));
      const { secret } = await this.issueSecret(tx, client, null);
      return { client, secret };
    });
  }

  /**
   * Gives a client another secret; the older ones stay.
   * @param expiresAt when it ends by itself, or null
   * @throws DomainError `not-found`; `conflict` for a client that has ended or has five live secrets
   */
  addSecret(principal: Principal, clientId: string, expiresAt: Date | null): Promise<IssuedSecret> {
    return this.unitOfWork.run(principal, async (tx) => {
      const client = await this.lockLiving(tx, clientId);
      const live = await tx.repository(ClientRepository).liveSecrets(clientId, tx.now);
      if (live.length >= MAX_LIVE_SECRETS) throw DomainError.conflict('A client has five live secrets at most');
      return this.issueSecret(tx, client, expiresAt);
    });
  }

  /**
   * Ends one secret at once; tokens already issued live on.
   * @throws DomainError `not-found`; `conflict` for the last live secret
   */
  endSecret(principal: Principal, clientId: string, secretId: string): Promise<void> {
    return this.unitOfWork.run(principal, async (tx) => {
      await this.lockLiving(tx, clientId);
      const repository = tx.repository(ClientRepository);
      const live = await repository.liveSecrets(clientId, tx.now);
      if (!live.some(({ id }) => id === secretId)) throw DomainError.notFound();
      if (live.length === 1) throw DomainError.conflict('The last live secret cannot be deleted');
      await repository.endSecret(secretId, { at: tx.now, by: principal.id, reason: 'deleted' });
    });
  }

  /**
   * Ends a client for good, and every token that was issued to it. Ending it again changes nothing.
   * @throws DomainError `not-found`
   */
  deactivate(principal: Principal, clientId: string): Promise<void> {
    return this.unitOfWork.run(principal, async (tx) => {
      const client = await tx.repository(ClientRepository).lock(clientId);
      if (!client) throw DomainError.notFound();
      if (client.endedAt !== null) return;
      await tx.repository(ClientRepository).end(clientId, { at: tx.now, by: principal.id, reason: 'deactivated' });
      this.revocations.cut(tx, 'client', clientId);
    });
  }

  private async lockLiving(tx: Tx, clientId: string): Promise<Client> {
    const client = await tx.repository(ClientRepository).lock(clientId);
    if (!client) throw DomainError.notFound();
    if (client.endedAt !== null) throw DomainError.conflict('The client is deactivated');
    return client;
  }

  private async issueSecret(tx: Tx, client: Client, expiresAt: Date | null): Promise<IssuedSecret> {
    const secret = newClientSecret(this.config.apiKeyPrefix);
    const row = Object.assign(new ClientSecret(), {
      id: newId('sec', this.clock.now()),
      clientId: client.id,
      accountId: client.accountId,
      workspaceId: client.workspaceId,
      ...this.peppers.hash(secret),
      last4: secret.slice(-4),
      createdAt: tx.now,
      expiresAt,
    });
    await tx.repository(ClientRepository).insertSecret(row);
    return { id: row.id, secret };
  }
}

function audiencesOf(client: Client, input: NewClient): ClientAudience[] {
  if (input.defaultAudience !== null && !input.audiences.includes(input.defaultAudience)) {
    throw DomainError.invalid('The default audience is not among the audiences');
  }
  return input.audiences.map((resourceServerId, position) =>
    Object.assign(new ClientAudience(), {
      clientId: client.id,
      resourceServerId,
      accountId: client.accountId,
      workspaceId: client.workspaceId,
      position,
      isDefault: resourceServerId === input.defaultAudience,
    }),
  );
}
