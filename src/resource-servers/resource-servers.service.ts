import { Injectable } from '@nestjs/common';
import { AuditService } from '../audit/audit.service.js';
import { requireHuman } from '../common/access/human.js';
import { type Principal } from '../common/access/principal.js';
import { Clock } from '../common/clock.js';
import { DomainError } from '../common/errors/domain.error.js';
import { type Precondition } from '../common/precondition.js';
import { newId } from '../common/id.js';
import { AppConfig } from '../config/app-config.js';
import { applyChanges } from '../database/change.js';
import { type OnceRequest } from '../common/once-request.js';
import { type Made, runOnce } from '../database/idempotency.js';
import { type Tx } from '../database/tx.js';
import { UnitOfWork } from '../database/unit-of-work.js';
import { RevocationsService } from '../revocations/revocations.service.js';
import { RoleRepository } from '../roles/role.repository.js';
import { type Page } from '../database/page.js';
import { type NewResourceServerRequest, type ResourceServerChangesRequest } from './dto/resource-server.request.js';
import { type ResourceServerResponse, toResourceServer } from './dto/resource-server.response.js';
import { grantFaults } from './grant-faults.js';
import { type NewResourceServer } from './new-resource-server.js';
import { grantsOf, growsOwnPower } from './own-growth.js';
import { type RegisteredServer, sortedRoleScopes } from './registered-server.js';
import { ResourceServer } from './resource-server.entity.js';
import { ResourceServerRepository } from './resource-server.repository.js';
import { NEW_KEY_WAIT_MS, ServerAlgorithms } from './server-algorithms.js';

/** What may change of the management API: who it is and what roles may do there belong to the service itself. */
const CHANGING_OF_MANAGEMENT = ['tokenTtlSeconds', 'signingAlg', 'nextSigningAlg', 'nextSigningAlgFrom', 'clientIds'];

/** Resource servers: the APIs that accept tokens. */
@Injectable()
export class ResourceServersService {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly algorithms: ServerAlgorithms,
    private readonly clock: Clock,
    private readonly config: AppConfig,
    private readonly audit: AuditService,
    private readonly revocations: RevocationsService,
  ) {}

  /**
   * Registers a resource server; its algorithm gets keys if it has none.
   * @throws DomainError `conflict` where the identifier is taken; `invalid` for roles, scopes and clients that are not there
   */
  create(principal: Principal, input: NewResourceServer): Promise<ResourceServer> {
    return this.unitOfWork.run(principal, (tx) => this.insert(tx, principal, input, NEW_KEY_WAIT_MS));
  }

  /** The same, once; for principals of the platform. */
  register(
    principal: Principal,
    { signingAlg = this.config.signingAlg, roleScopes, ...rest }: NewResourceServerRequest,
    once: OnceRequest | null,
  ): Promise<Made<ResourceServerResponse>> {
    const input = { ...rest, signingAlg, roleScopes: new Map(Object.entries(roleScopes)) };
    return this.unitOfWork.run(principal, (tx) =>
      runOnce(tx, principal, once, async () => {
        const server = await this.insert(tx, principal, input, NEW_KEY_WAIT_MS);
        return toResourceServer(server, tx.now.getTime());
      }),
    );
  }

  /**
   * Sees to it that an identifier is registered; for the start, where no verifier and no other process knows the key yet.
   * @returns the one that is there, or the new one
   */
  ensure(principal: Principal, input: NewResourceServer): Promise<ResourceServer> {
    return this.unitOfWork.run(principal, async (tx) => {
      const found = await tx.repository(ResourceServerRepository).findByIdentifier(input.identifier);
      return found ?? this.insert(tx, principal, input, 0);
    });
  }

  /** Sees to it that the management API is registered, under this identifier: a start with another issuer moves it. */
  ensureManagement(principal: Principal, input: NewResourceServer): Promise<ResourceServer> {
    return this.unitOfWork.run(principal, async (tx) => {
      const repository = tx.repository(ResourceServerRepository);
      const found = await repository.findManagement();
      if (!found) return this.insert(tx, principal, { ...input, management: true }, 0);
      const { identifier: from } = found;
      if (from === input.identifier) return found;
      await repository.moveManagement(input.identifier, tx.now);
      found.identifier = input.identifier;
      this.note(tx, principal, found, 'resource_server.updated', { identifier: { from, to: input.identifier } });
      return found;
    });
  }

  /** Every resource server, newest first. */
  list(principal: Principal, page: Page): Promise<RegisteredServer[]> {
    return this.unitOfWork.run(principal, (tx) => tx.repository(ResourceServerRepository).list(page));
  }

  /**
   * One resource server.
   * @throws DomainError `not-found`
   */
  get(principal: Principal, id: string): Promise<RegisteredServer> {
    return this.unitOfWork.run(principal, async (tx) => {
      const server = await tx.repository(ResourceServerRepository).find(id);
      if (!server) throw DomainError.notFound();
      return server;
    });
  }

  /**
   * Changes a resource server; tokens that were issued stay as they are. Another algorithm signs when its key has been
   * public long enough for every verifier to know it.
   * @throws DomainError `not-found`; `precondition-failed`; `invalid` for what is fixed, and for roles, scopes and clients
   *   that are not there; `forbidden` HUMAN_REQUIRED for a machine that gives itself more here
   */
  change(
    principal: Principal,
    id: string,
    { signingAlg, roleScopes, clientIds, ...columns }: ResourceServerChangesRequest,
    precondition: Precondition,
  ): Promise<RegisteredServer> {
    return this.unitOfWork.run(principal, async (tx) => {
      const server = await this.lock(tx, id, 'changes');
      precondition.check(server.version);
      const changes = {
        ...columns,
        ...(roleScopes && { roleScopes: sortedRoleScopes(Object.entries(roleScopes)) }),
        ...(clientIds && { clientIds: [...clientIds].sort() }),
        ...(signingAlg && (await this.algorithms.changed(tx, principal, server, signingAlg))),
      } as Partial<RegisteredServer>;
      const before = grantsOf(server);
      const difference = applyChanges<RegisteredServer>(server, changes, tx.now);
      if (!difference) return server;
      const changed = Object.keys(difference);
      if (server.management) refuseFixed(changed);
      // A stolen machine credential widens itself nowhere.
      if (growsOwnPower(principal, before, grantsOf(server))) requireHuman(principal, this.config.credentialCreation);
      if (['scopes', 'roleScopes', 'clientIds'].some((name) => changed.includes(name))) await this.check(tx, server);
      if (difference.tokenTtlSeconds) this.revocations.lengthens(tx);
      const grants = { roleScopes: changed.includes('roleScopes'), clientIds: changed.includes('clientIds') };
      await tx.repository(ResourceServerRepository).save(server, grants);
      this.note(tx, principal, server, 'resource_server.updated', difference);
      return server;
    });
  }

  /**
   * Ends a resource server that no client uses; tokens for it live until they expire.
   * @throws DomainError `not-found`; `precondition-failed`; `invalid` for the management API; `conflict` for one in use
   */
  end(principal: Principal, id: string, precondition: Precondition): Promise<void> {
    return this.unitOfWork.run(principal, async (tx) => {
      const repository = tx.repository(ResourceServerRepository);
      const server = await this.lock(tx, id, 'use');
      if (server.management) throw DomainError.invalid('The management API cannot be deleted');
      precondition.check(server.version);
      if (await repository.isInUse(id)) throw DomainError.conflict('A client has it among its audiences');
      await repository.end(id, { at: tx.now, by: principal.id, reason: 'deleted' });
      this.note(tx, principal, server, 'resource_server.deleted', {});
    });
  }

  private async lock(tx: Tx, id: string, against: 'changes' | 'use'): Promise<RegisteredServer> {
    const server = await tx.repository(ResourceServerRepository).lock(id, against);
    if (!server) throw DomainError.notFound();
    return server;
  }

  private async insert(
    tx: Tx,
    principal: Principal,
    { roleScopes, management = false, ...input }: NewResourceServer,
    keyWaitMs: number,
  ): Promise<RegisteredServer> {
    const given = {
      ...input,
      scopes: [...input.scopes],
      roleScopes: sortedRoleScopes(roleScopes),
      tokenTtlSeconds: input.tokenTtlSeconds ?? null,
      tokenFormat: input.tokenFormat ?? 'jwt',
      tokenTyp: input.tokenTyp ?? 'at+jwt',
      clientIds: [...(input.clientIds ?? [])].sort(),
    };
    const server: RegisteredServer = Object.assign(new ResourceServer(), {
      ...given,
      ...(await this.algorithms.initial(tx, principal, input.signingAlg, keyWaitMs)),
      id: newId('rs', this.clock.now()),
      management,
      createdAt: tx.now,
      updatedAt: tx.now,
      version: 1,
    });
    await this.check(tx, server);
    await tx.repository(ResourceServerRepository).insert(server);
    this.note(tx, principal, server, 'resource_server.created', given);
    return server;
  }

  private async check(tx: Tx, server: RegisteredServer): Promise<void> {
    const faults = grantFaults(server, {
      roles: await tx.repository(RoleRepository).missing(Object.keys(server.roleScopes)),
      clients: await tx.repository(ResourceServerRepository).missingClients(server.clientIds),
    });
    if (faults.length > 0) throw DomainError.invalid('The request is malformed', faults);
  }

  private note(tx: Tx, principal: Principal, { id }: ResourceServer, action: string, changes: object): void {
    this.audit.record(tx, principal, { action, object: { type: 'resource_server', id }, accountId: null, changes });
  }
}

function refuseFixed(changed: readonly string[]): void {
  const fixed = changed.filter((name) => !CHANGING_OF_MANAGEMENT.includes(name));
  if (fixed.length === 0) return;
  const details = fixed.map((path) => ({ path, message: 'is fixed' }));
  throw DomainError.invalid('This is fixed for the management API', details);
}
