import { Injectable } from '@nestjs/common';
import { AuditService } from '../audit/audit.service.js';
import { type Principal } from '../common/access/principal.js';
import { Descendants } from '../common/credential/descendants.js';
import { DomainError } from '../common/errors/domain.error.js';
import { Precondition } from '../common/precondition.js';
import { type OnceRequest } from '../common/once-request.js';
import { type Made, runOnce } from '../database/idempotency.js';
import { type Tx } from '../database/tx.js';
import { UnitOfWork } from '../database/unit-of-work.js';
import { RevocationsService } from '../revocations/revocations.service.js';
import { requireMayGive } from '../roles/may-give.js';
import { RoleRepository } from '../roles/role.repository.js';
import { type DescribedClient, describeClient } from './client-description.js';
import { ClientSecretFactory } from './client-secret-factory.js';
import { type ClientSecret } from './client-secret.entity.js';
import { ClientSecretRepository, type SecretEnd } from './client-secret.repository.js';
import { type Client } from './client.entity.js';
import { ClientRepository } from './client.repository.js';
import { type RotatedClientResponse, toRotatedClient } from './dto/rotated-client.response.js';
import { RotationAccess } from './rotation-access.js';

/** Live secrets that a client may have at one time. */
const MAX_LIVE_SECRETS = 5;

/** A rotation as it is asked for. */
export interface RotationOrder {
  /** How long the older secrets work on, in seconds; 0 if left out. */
  overlapSeconds?: number | undefined;
  /** Retires every older secret now, and ends every token of the client. */
  compromised?: boolean | undefined;
  /** Ends the API keys that the client made, too, and what they made. */
  descendants?: boolean | undefined;
  /** A live secret of the client, by which it shows that it is itself. */
  currentSecret?: string | undefined;
}

/** What an overlap is ended with. */
export interface OverlapRequest {
  /** A live secret of the client, by which it shows that it is itself. */
  currentSecret?: string | undefined;
  precondition?: Precondition;
}

/** What a rotation made, and the secret, which is shown this once: null where an earlier request made it. */
export interface Rotated {
  readonly made: Made<RotatedClientResponse>;
  readonly secret: string | null;
  /** The version that the client is in now; null where an earlier request made it. */
  readonly version: number | null;
}

/** A client under its lock, and its live secrets, oldest first. */
interface Locked {
  readonly client: Client;
  readonly live: readonly ClientSecret[];
}

/** Rotates the secrets of clients: a new one comes, the older ones go, at once or after an overlap. */
@Injectable()
export class ClientRotationService {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly access: RotationAccess,
    private readonly secrets: ClientSecretFactory,
    private readonly audit: AuditService,
    private readonly revocations: RevocationsService,
    private readonly descendants: Descendants<Tx>,
  ) {}

  /**
   * Gives a client a new secret, and every older one an end: the earlier of its own and the overlap's. Tokens live on,
   * unless the client is compromised.
   * @throws DomainError `not-found`; `forbidden`: HUMAN_REQUIRED, or a role that one may not give; `unauthenticated` for a wrong `currentSecret`; `conflict`
   *   for a client that is deactivated, or would have six live secrets
   */
  rotate(
    principal: Principal,
    clientId: string,
    order: RotationOrder,
    once: OnceRequest | null = null,
    precondition = new Precondition(),
  ): Promise<Rotated> {
    return this.unitOfWork.run(principal, async (tx) => {
      if (!(await tx.repository(ClientRepository).find(clientId))) throw DomainError.notFound();
      let secret: string | null = null;
      let version: number | null = null;
      const made = await runOnce(tx, principal, once, async () => {
        const locked = await this.lock(tx, principal, clientId, { precondition, ...order });
        await requireMayHaveRole(tx, principal, locked.client);
        secret = await this.replace(tx, principal, locked, order);
        const described = await this.touch(tx, locked.client);
        version = described.client.version;
        if (order.compromised !== true) return toRotatedClient(described);
        await this.cut(tx, principal, locked.client, order.descendants === true);
        return toRotatedClient(described, await this.descendants.countLive(tx, clientId));
      });
      return { made, secret, version };
    });
  }

  /**
   * Ends the overlap now: the newest secret alone works from here on.
   * @throws DomainError as `rotate`; `conflict` without an overlap
   */
  complete(principal: Principal, clientId: string, request: OverlapRequest = {}): Promise<DescribedClient> {
    return this.unitOfWork.run(principal, async (tx) => {
      const { client, older } = await this.overlap(tx, principal, clientId, request);
      await this.end(tx, principal, older, 'completed');
      this.note(tx, principal, client, 'client.rotation_completed', { retired: idsOf(older) });
      return this.touch(tx, client);
    });
  }

  /**
   * Takes a rotation back: the newest secret is dropped, and the one before it has the end back that it had.
   * @throws DomainError as `rotate`; `conflict` without an overlap
   */
  cancel(principal: Principal, clientId: string, request: OverlapRequest = {}): Promise<DescribedClient> {
    return this.unitOfWork.run(principal, async (tx) => {
      const { client, before, newest } = await this.overlap(tx, principal, clientId, request);
      await this.end(tx, principal, [newest], 'cancelled');
      await tx.repository(ClientSecretRepository).restore(before.id, newest);
      this.note(tx, principal, client, 'client.rotation_cancelled', { retired: [newest.id], restored: before.id });
      return this.touch(tx, client);
    });
  }

  private async replace(
    tx: Tx,
    principal: Principal,
    { client, live }: Locked,
    { overlapSeconds = 0, compromised = false }: RotationOrder,
  ): Promise<string> {
    const current = live.at(-1);
    if (overlapSeconds === 0 || !current) await this.end(tx, principal, live, compromised ? 'compromised' : 'rotated');
    else {
      if (live.length >= MAX_LIVE_SECRETS) throw DomainError.conflict('A client has five live secrets at most');
      const expiresAt = new Date(tx.now.getTime() + overlapSeconds * 1000);
      await tx.repository(ClientSecretRepository).retire(idsOf(live), current.id, expiresAt);
    }
    const { id, secret } = await this.secrets.issue(tx, client);
    this.note(tx, principal, client, 'client.rotated', {
      secret: id,
      retired: idsOf(live),
      overlapSeconds,
      compromised,
    });
    return secret;
  }

  private async cut(tx: Tx, principal: Principal, { id }: Client, withDescendants: boolean): Promise<void> {
    this.revocations.cut(tx, 'client', id);
    if (withDescendants) await this.descendants.end(tx, principal, id);
  }

  /** The client's row is what two rotations at the same instant wait for: they come one after the other. */
  private async lock(
    tx: Tx,
    principal: Principal,
    clientId: string,
    { currentSecret, precondition }: OverlapRequest,
  ): Promise<Locked> {
    const client = await tx.repository(ClientRepository).lock(clientId);
    if (!client) throw DomainError.notFound();
    const live = await tx.repository(ClientSecretRepository).live(clientId, tx.now);
    this.access.require(principal, client, live, currentSecret);
    if (client.endedAt !== null) throw DomainError.conflict('The client is deactivated');
    precondition?.check(client.version);
    return { client, live };
  }

  private async overlap(
    tx: Tx,
    principal: Principal,
    clientId: string,
    request: OverlapRequest,
  ): Promise<{ client: Client; older: readonly ClientSecret[]; before: ClientSecret; newest: ClientSecret }> {
    const { client, live } = await this.lock(tx, principal, clientId, request);
    const [before, newest] = live.slice(-2);
    if (!before || !newest) throw DomainError.conflict('No rotation is under way');
    return { client, older: live.slice(0, -1), before, newest };
  }

  private end(
    tx: Tx,
    principal: Principal,
    secrets: readonly ClientSecret[],
    reason: SecretEnd['reason'],
  ): Promise<void> {
    const end = { at: tx.now, by: principal.id, reason };
    return tx.repository(ClientSecretRepository).end(idsOf(secrets), end);
  }

  /** What is shown of a client holds its newest secret, so it is in another version now. */
  private async touch(tx: Tx, client: Client): Promise<DescribedClient> {
    Object.assign(client, { updatedAt: tx.now, version: client.version + 1 });
    await tx.repository(ClientRepository).save(client);
    return describeClient(tx, client);
  }

  private note(tx: Tx, principal: Principal, client: Client, action: string, changes: object): void {
    const { id, accountId, workspaceId } = client;
    this.audit.record(tx, principal, { action, object: { type: 'client', id }, accountId, workspaceId, changes });
  }
}

/**
 * Whoever is shown a client's secret has its role: it is as if it were given to them.
 * @throws DomainError `forbidden`
 */
async function requireMayHaveRole(tx: Tx, principal: Principal, { id, role: name }: Client): Promise<void> {
  if (principal.id === id) return;
  const role = await tx.repository(RoleRepository).find(name);
  if (role) requireMayGive(principal, role);
}

const idsOf = (secrets: readonly ClientSecret[]): string[] => secrets.map(({ id }) => id);
