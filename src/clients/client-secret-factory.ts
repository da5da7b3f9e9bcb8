import { Injectable } from '@nestjs/common';
import { Clock } from '../common/clock.js';
import { newClientSecret } from '../common/credential/format.js';
import { newIdAfter } from '../common/id.js';
import { AppConfig } from '../config/app-config.js';
import { type Tx } from '../database/tx.js';
import { Peppers } from '../sealing/peppers.js';
import { ClientSecret } from './client-secret.entity.js';
import { ClientSecretRepository } from './client-secret.repository.js';
import { type Client } from './client.entity.js';

/** A secret that was just made: the only time that it is seen. */
export interface IssuedSecret {
  readonly id: string;
  readonly secret: string;
}

/** Makes secrets; what is kept of one is its hash and its last four characters. */
@Injectable()
export class ClientSecretFactory {
  constructor(
    private readonly clock: Clock,
    private readonly config: AppConfig,
    private readonly peppers: Peppers,
  ) {}

  /** Gives a client, new or locked, another secret: the newest from then on. */
  async issue(tx: Tx, client: Client): Promise<IssuedSecret> {
    const repository = tx.repository(ClientSecretRepository);
    const secret = newClientSecret(this.config.apiKeyPrefix);
    const row = Object.assign(new ClientSecret(), {
      id: newIdAfter('sec', this.clock.now(), await repository.newestId(client.id)),
      clientId: client.id,
      accountId: client.accountId,
      workspaceId: client.workspaceId,
      ...this.peppers.hash(secret),
      last4: secret.slice(-4),
      createdAt: tx.now,
      expiresAt: null,
    });
    await repository.insert(row);
    return { id: row.id, secret };
  }
}
