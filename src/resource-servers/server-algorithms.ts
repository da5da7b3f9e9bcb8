import { Injectable } from '@nestjs/common';
import { AuditService } from '../audit/audit.service.js';
import { type Principal } from '../common/access/principal.js';
import { type SigningAlg } from '../common/oauth/vocabulary.js';
import { AppConfig } from '../config/app-config.js';
import { type Tx } from '../database/tx.js';
import { KeysService } from '../keys/keys.service.js';
import { type SigningKey } from '../keys/signing-key.entity.js';
import { SigningKeyRepository } from '../keys/signing-key.repository.js';
import { changeAlgorithm, chosenAlgorithm, type SigningAlgorithms } from './signing-algorithm.js';

/** Every process has heard of a new key after this long. */
export const NEW_KEY_WAIT_MS = 2000;

/** From when a resource server signs with an algorithm; one that has no keys yet gets them. */
@Injectable()
export class ServerAlgorithms {
  constructor(
    private readonly keys: KeysService,
    private readonly audit: AuditService,
    private readonly config: AppConfig,
  ) {}

  /**
   * The algorithm of a new resource server. It has no verifier that could hold an older key set, so it waits for no more
   * than the processes of this service.
   * @param keyWaitMs how long a key that is made here waits
   */
  async initial(tx: Tx, principal: Principal, alg: SigningAlg, keyWaitMs: number): Promise<SigningAlgorithms> {
    const { signsFrom } = await this.ensure(tx, principal, alg, keyWaitMs);
    const waits = signsFrom !== null && signsFrom > tx.now;
    return { signingAlg: alg, nextSigningAlg: waits ? alg : null, nextSigningAlgFrom: waits ? signsFrom : null };
  }

  /** The change of a resource server that has verifiers: they get SIGNING_KEY_PUBLISH_SECONDS to learn the new key. */
  async changed(
    tx: Tx,
    principal: Principal,
    server: SigningAlgorithms,
    to: SigningAlg,
  ): Promise<Partial<SigningAlgorithms>> {
    if (to === chosenAlgorithm(server)) return {};
    const { publishedAt, signsFrom } = await this.ensure(tx, principal, to, NEW_KEY_WAIT_MS);
    const publicFrom = publishedAt.getTime() + this.config.signingKeyPublishSeconds * 1000;
    return changeAlgorithm(server, to, new Date(Math.max(publicFrom, signsFrom?.getTime() ?? 0)), tx.now);
  }

  private async ensure(tx: Tx, principal: Principal, alg: SigningAlg, waitMs: number): Promise<SigningKey> {
    const signsFrom = new Date(tx.now.getTime() + waitMs);
    const repository = tx.repository(SigningKeyRepository);
    const { active, made } = await this.keys.ensureAlgorithm(repository, alg, tx.now, signsFrom);
    for (const { kid, state } of made) {
      const object = { type: 'signing_key', id: kid };
      this.audit.record(tx, principal, {
        action: 'signing_key.created',
        object,
        accountId: null,
        changes: { alg, state },
      });
    }
    return active;
  }
}
