import { Injectable } from '@nestjs/common';
import { AuditService } from '../audit/audit.service.js';
import { makerOf, type Principal, type Standing } from '../common/access/principal.js';
import { Clock } from '../common/clock.js';
import { DomainError } from '../common/errors/domain.error.js';
import { newId } from '../common/id.js';
import { type Tx } from '../database/tx.js';
import { RevocationsService } from '../revocations/revocations.service.js';
import { ClientAudience } from './client-audience.entity.js';
import { ClientSecretFactory } from './client-secret-factory.js';
import { Client } from './client.entity.js';
import { ClientRepository } from './client.repository.js';

/** A client to be made, once it is settled that it may be. */
export interface NewClient {
  name: string;
  role: string;
  /** Whose client it is. */
  owner: Standing;
  /** Ids of resource servers, in order. */
  audiences: readonly string[];
  /** One of them, or null. */
  defaultAudience: string | null;
  expiresAt?: Date | null | undefined;
}

/** Makes clients. Whether the principal may make this one was asked before. */
@Injectable()
export class ClientFactory {
  constructor(
    private readonly clock: Clock,
    private readonly audit: AuditService,
    private readonly secrets: ClientSecretFactory,
    private readonly revocations: RevocationsService,
  ) {}

  /** Makes a client with its first secret, and notes it. */
  async make(tx: Tx, principal: Principal, input: NewClient): Promise<{ client: Client; secret: string }> {
    const { level, accountId, workspaceId } = input.owner;
    const { name, role, expiresAt = null } = input;
    const client = Object.assign(new Client(), {
      id: newId('cli', this.clock.now()),
      level,
      accountId,
      workspaceId,
      name,
      role,
      createdBy: makerOf(principal),
      counted: principal.level !== 'platform',
      expiresAt,
      endedAt: null,
      createdAt: tx.now,
      updatedAt: tx.now,
      version: 1,
    });
    const repository = tx.repository(ClientRepository);
    await repository.insert(client);
    await repository.replaceAudiences(client.id, audiencesOf(client, input));
    this.revocations.lengthens(tx);
    const { secret } = await this.secrets.issue(tx, client);
    this.audit.record(tx, principal, {
      action: 'client.created',
      object: { type: 'client', id: client.id },
      accountId,
      workspaceId,
      changes: { name, role, audiences: input.audiences, defaultAudience: input.defaultAudience, expiresAt },
    });
    return { client, secret };
  }
}

/**
 * The rows that give a client its audiences.
 * @throws DomainError `invalid` for a default that is not among them
 */
export function audiencesOf(
  client: Client,
  { audiences, defaultAudience }: Pick<NewClient, 'audiences' | 'defaultAudience'>,
): ClientAudience[] {
  if (defaultAudience !== null && !audiences.includes(defaultAudience)) {
    throw DomainError.invalid('The default audience is not among the audiences');
  }
  return audiences.map((resourceServerId, position) =>
    Object.assign(new ClientAudience(), {
      clientId: client.id,
      resourceServerId,
      accountId: client.accountId,
      workspaceId: client.workspaceId,
      position,
      isDefault: resourceServerId === defaultAudience,
    }),
  );
}
