import { Injectable } from '@nestjs/common';
import { requireHuman } from '../common/access/human.js';
import { type Principal } from '../common/access/principal.js';
import { isClientSecret } from '../common/credential/format.js';
import { DomainError } from '../common/errors/domain.error.js';
import { AppConfig } from '../config/app-config.js';
import { Peppers } from '../sealing/peppers.js';
import { PresentedSecret } from '../sealing/presented-secret.js';
import { type ClientSecret } from './client-secret.entity.js';
import { type Client } from './client.entity.js';
import { WrongSecrets } from './wrong-secrets.js';

/** Says who may rotate a client's secrets: people, and the client itself if it shows one of them. */
@Injectable()
export class RotationAccess {
  constructor(
    private readonly config: AppConfig,
    private readonly peppers: Peppers,
    private readonly wrongSecrets: WrongSecrets,
  ) {}

  /**
   * @param live the client's live secrets
   * @param currentSecret as it was shown
   * @throws DomainError `forbidden`, HUMAN_REQUIRED; `unauthenticated` for a secret that is none of them
   */
  require(principal: Principal, client: Client, live: readonly ClientSecret[], currentSecret?: string): void {
    const isSelf = principal.type === 'client' && principal.id === client.id;
    if (!isSelf) requireHuman(principal, this.config.credentialCreation);
    // A stolen token is not enough: whoever holds it does not hold the secret.
    else if (currentSecret === undefined) {
      requireHuman(principal, this.config.credentialCreation);
      if (!principal.scopes.includes('admin')) throw DomainError.humanRequired();
    }
    if (currentSecret === undefined || this.isOneOf(live, currentSecret)) return;
    this.observeWrong(principal, client, new PresentedSecret(currentSecret));
    throw DomainError.unauthenticated(null, 'wrong currentSecret');
  }

  private isOneOf(live: readonly ClientSecret[], currentSecret: string): boolean {
    if (!isClientSecret(currentSecret)) return false;
    const presented = new PresentedSecret(currentSecret);
    return live.filter(({ pepperId, hash }) => this.peppers.matches(presented, pepperId, hash)).length > 0;
  }

  private observeWrong({ type, id, origin }: Principal, client: Client, presented: PresentedSecret): void {
    const { id: clientId, accountId, workspaceId } = client;
    this.wrongSecrets.observe(
      {
        action: 'client_auth.refused',
        reason: 'wrong_secret',
        actor: { type, id },
        object: { type: 'client', id: clientId },
        accountId,
        workspaceId,
        origin: origin ?? null,
      },
      (pepperId, hash) => this.peppers.matches(presented, pepperId, hash),
    );
  }
}
