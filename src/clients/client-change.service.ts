import { Injectable } from '@nestjs/common';
import { AuditService } from '../audit/audit.service.js';
import { requireHuman } from '../common/access/human.js';
import { type Principal } from '../common/access/principal.js';
import { DomainError } from '../common/errors/domain.error.js';
import { type Precondition } from '../common/precondition.js';
import { AppConfig } from '../config/app-config.js';
import { applyChanges, type Difference } from '../database/change.js';
import { ChangingEntity } from '../database/changing.entity.js';
import { type Tx } from '../database/tx.js';
import { UnitOfWork } from '../database/unit-of-work.js';
import { RevocationsService } from '../revocations/revocations.service.js';
import { requireMayGive } from '../roles/may-give.js';
import { type Role } from '../roles/role.entity.js';
import { RoleRepository } from '../roles/role.repository.js';
import { type DescribedClient, describeClient } from './client-description.js';
import { audiencesOf } from './client-factory.js';
import { assignableRole, defaultAmong, grantedAudiences, losesScopes } from './client-grants.js';
import { type Client } from './client.entity.js';
import { ClientRepository } from './client.repository.js';

/** What an administrator may change of a client. */
export interface ClientChanges {
  name?: string | undefined;
  role?: string | undefined;
  /** Identifiers; they replace the whole list. */
  audiences?: readonly string[] | undefined;
  defaultAudience?: string | null | undefined;
}

/** What of a client changes. */
class Changeable extends ChangingEntity {
  name!: string;
  role!: string;
  audiences!: readonly string[];
  defaultAudience!: string | null;
}

/** Changes clients. */
@Injectable()
export class ClientChangeService {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly config: AppConfig,
    private readonly audit: AuditService,
    private readonly revocations: RevocationsService,
  ) {}

  /**
   * Changes a client. A role that takes scopes away ends its tokens; every other change holds for the next token.
   * @throws DomainError `not-found`; `forbidden`: HUMAN_REQUIRED for role and audiences, a role above the principal's
   *   level, its own role, or the role of an account's client; `conflict` for a client that is deactivated;
   *   `precondition-failed`; `invalid` for a role or an audience that will not do
   */
  change(
    principal: Principal,
    clientId: string,
    changes: ClientChanges,
    precondition: Precondition,
  ): Promise<DescribedClient> {
    return this.unitOfWork.run(principal, async (tx) => {
      const client = await tx.repository(ClientRepository).lock(clientId);
      if (!client) throw DomainError.notFound();
      this.refuse(principal, client, changes);
      precondition.check(client.version);
      const described = await describeClient(tx, client);
      const { audiences, defaultAudience } = described;
      const { name, role, createdAt, updatedAt, version } = client;
      const values = { name, role, audiences, defaultAudience, createdAt, updatedAt, version };
      const state = Object.assign(new Changeable(), values);
      const difference = applyChanges(state, withDefault(state, changes), tx.now);
      if (!difference) return described;
      await this.apply(tx, principal, client, { before: described, state, difference });
      return describeClient(tx, client);
    });
  }

  /** @throws DomainError `forbidden`, `conflict` */
  private refuse(principal: Principal, client: Client, { role, audiences }: ClientChanges): void {
    if (role !== undefined || audiences !== undefined) requireHuman(principal, this.config.credentialCreation);
    if (role !== undefined && client.level === 'account') {
      throw DomainError.forbidden("The role of an account's client is always account_admin");
    }
    if (role !== undefined && principal.id === client.id) throw DomainError.forbidden('Nobody changes their own role');
    if (client.endedAt !== null) throw DomainError.conflict('The client is deactivated');
  }

  private async apply(
    tx: Tx,
    principal: Principal,
    client: Client,
    { before, state, difference }: { before: DescribedClient; state: Changeable; difference: Difference },
  ): Promise<void> {
    const repository = tx.repository(ClientRepository);
    const role = await this.role(tx, principal, client, state.role);
    // More audiences are more of what the role may do.
    if (difference.audiences) requireMayGive(principal, role);
    if (difference.role || difference.audiences || difference.defaultAudience) {
      const audiences = await grantedAudiences(tx, role, state.audiences);
      const ids = {
        audiences: audiences.map(({ id }) => id),
        defaultAudience: defaultAmong(audiences, state.defaultAudience),
      };
      if (difference.audiences || difference.defaultAudience)
        await repository.replaceAudiences(client.id, audiencesOf(client, ids));
    }
    if (difference.audiences) this.revocations.lengthens(tx);
    // The tokens that live were made for the audiences that it had.
    if (difference.role && (await losesScopes(tx, client.role, role, before.audiences))) {
      this.revocations.cut(tx, 'client', client.id);
    }
    const { name, updatedAt, version } = state;
    await repository.save(Object.assign(client, { name, role: role.name, updatedAt, version }));
    const { id, accountId, workspaceId } = client;
    const object = { type: 'client', id };
    this.audit.record(tx, principal, { action: 'client.updated', object, accountId, workspaceId, changes: difference });
  }

  private async role(tx: Tx, principal: Principal, client: Client, name: string): Promise<Role> {
    if (name !== client.role) return assignableRole(tx, principal, client.level, name);
    const role = await tx.repository(RoleRepository).find(name);
    if (!role) throw new Error('A client has a role that does not exist');
    return role;
  }
}

/** A default that the new list does not hold is none any more, unless it was asked for: then it is an error. */
function withDefault(state: Changeable, changes: ClientChanges): Partial<Changeable> {
  const { audiences, defaultAudience, ...rest } = changes;
  const dropped = audiences && state.defaultAudience !== null && !audiences.includes(state.defaultAudience);
  const settled = defaultAudience === undefined && dropped ? null : defaultAudience;
  return Object.fromEntries(
    Object.entries({ ...rest, audiences, defaultAudience: settled }).filter(([, value]) => value !== undefined),
  );
}
