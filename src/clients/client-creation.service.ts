import { Injectable } from '@nestjs/common';
import { requireHuman } from '../common/access/human.js';
import { type Principal, type Standing } from '../common/access/principal.js';
import { DomainError } from '../common/errors/domain.error.js';
import { firstIdOf, momentOf } from '../common/id.js';
import { AppConfig } from '../config/app-config.js';
import { type OnceRequest } from '../common/once-request.js';
import { type Made, runOnce } from '../database/idempotency.js';
import { type Tx } from '../database/tx.js';
import { UnitOfWork } from '../database/unit-of-work.js';
import { AccountRepository } from '../workspaces/account.repository.js';
import { WorkspaceRepository } from '../workspaces/workspace.repository.js';
import { describeClient } from './client-description.js';
import { ClientFactory } from './client-factory.js';
import { assignableRole, defaultAmong, grantedAudiences } from './client-grants.js';
import { ClientRepository } from './client.repository.js';
import { type ClientResponse, toClient } from './dto/client.response.js';

/** Where a client is to be made. */
export type ClientPlace =
  | { readonly level: 'platform' }
  | { readonly level: 'account'; readonly accountId: string }
  | { readonly level: 'workspace'; readonly workspaceId: string };

/** A client as it is asked for. */
export interface ClientOrder {
  name: string;
  /** Left out: the administrator of the place, which a workspace does not have. */
  role?: string | undefined;
  /** Identifiers; left out, DEFAULT_AUDIENCE. */
  audiences?: readonly string[] | undefined;
  defaultAudience?: string | null | undefined;
  expiresAt?: Date | null | undefined;
}

/** What was made, and its secret, which is shown this once: null where an earlier request made it. */
export interface MadeClient {
  readonly made: Made<ClientResponse>;
  readonly secret: string | null;
}

/** In which clients are counted. */
const WINDOW_MS = 24 * 3600 * 1000;

const ADMINISTRATORS = { platform: 'platform_admin', account: 'account_admin', workspace: undefined };

/** Makes clients for people, and for machines where CREDENTIAL_CREATION lets them. */
@Injectable()
export class ClientCreationService {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly config: AppConfig,
    private readonly factory: ClientFactory,
  ) {}

  /**
   * Makes a client with its first secret.
   * @throws DomainError `not-found` for a place that is not reached; `forbidden`: HUMAN_REQUIRED, PLAN_NOT_ELIGIBLE, or a
   *   role above the principal's level; `too-many` where the account made CLIENT_CREATION_MAX in 24 hours; `invalid` for
   *   a role, an audience or an end that will not do
   */
  create(principal: Principal, place: ClientPlace, order: ClientOrder, once: OnceRequest | null): Promise<MadeClient> {
    return this.unitOfWork.run(principal, async (tx) => {
      const owner = await this.owner(tx, place);
      requireHuman(principal, this.config.credentialCreation);
      let secret: string | null = null;
      const made = await runOnce(tx, principal, once, async () => {
        await this.checkPlan(tx, owner);
        await this.checkCount(tx, principal);
        const made = await this.make(tx, principal, owner, order);
        secret = made.secret;
        return made.object;
      });
      return { made, secret };
    });
  }

  private async make(
    tx: Tx,
    principal: Principal,
    owner: Standing,
    order: ClientOrder,
  ): Promise<{ object: ClientResponse; secret: string }> {
    const { name, expiresAt, defaultAudience = null } = order;
    const role = await assignableRole(tx, principal, owner.level, roleOf(owner, order));
    const audiences = await grantedAudiences(tx, role, order.audiences ?? [this.config.defaultAudience]);
    if (expiresAt && expiresAt <= tx.now) {
      throw DomainError.invalid('The request is malformed', [{ path: 'expiresAt', message: 'must lie ahead' }]);
    }
    const { client, secret } = await this.factory.make(tx, principal, {
      name,
      role: role.name,
      owner,
      audiences: audiences.map(({ id }) => id),
      defaultAudience: defaultAmong(audiences, defaultAudience),
      expiresAt,
    });
    return { object: toClient(await describeClient(tx, client)), secret };
  }

  /** @throws DomainError `not-found` */
  private async owner(tx: Tx, place: ClientPlace): Promise<Standing> {
    if (place.level === 'platform') return { level: 'platform', accountId: null, workspaceId: null };
    if (place.level === 'account') {
      const account = await tx.repository(AccountRepository).find(place.accountId);
      if (!account) throw DomainError.notFound();
      return { level: 'account', accountId: account.id, workspaceId: null };
    }
    const workspace = await tx.repository(WorkspaceRepository).find(place.workspaceId);
    if (!workspace) throw DomainError.notFound();
    return { level: 'workspace', accountId: workspace.accountId, workspaceId: workspace.id };
  }

  /** The platform's own clients are part of no plan. */
  private async checkPlan(tx: Tx, { accountId }: Standing): Promise<void> {
    if (accountId === null) return;
    const account = await tx.repository(AccountRepository).find(accountId);
    if (!account || !this.config.plansWithCredentials.includes(account.plan)) throw DomainError.planNotEligible();
  }

  /** What was ended counts, or a loop that makes and ends would make without number. The platform is not counted. */
  private async checkCount(tx: Tx, { level }: Principal): Promise<void> {
    const { clientCreationMax } = this.config;
    if (level === 'platform' || clientCreationMax === 0) return;
    const now = tx.now.getTime();
    const oldest = await tx.repository(ClientRepository).made(firstIdOf('cli', now - WINDOW_MS), clientCreationMax);
    if (oldest === null) return;
    // It leaves the window in the millisecond after its day is over.
    throw DomainError.tooMany((momentOf('cli', oldest) + WINDOW_MS + 1 - now) / 1000, 'clients_made');
  }
}

function roleOf({ level }: Standing, { role = ADMINISTRATORS[level] }: ClientOrder): string {
  if (role === undefined) {
    throw DomainError.invalid('The request is malformed', [{ path: 'role', message: 'is missing' }]);
  }
  return role;
}
