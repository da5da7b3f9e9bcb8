import { Injectable } from '@nestjs/common';
import { type Principal } from '../common/access/principal.js';
import { Clock } from '../common/clock.js';
import { newId } from '../common/id.js';
import { type SigningAlg, type TokenTyp } from '../common/oauth/vocabulary.js';
import { type Tx } from '../database/tx.js';
import { UnitOfWork } from '../database/unit-of-work.js';
import { KeysService } from '../keys/keys.service.js';
import { SigningKeyRepository } from '../keys/signing-key.repository.js';
import { ResourceServer } from './resource-server.entity.js';
import { ResourceServerRepository } from './resource-server.repository.js';

/** Every process has heard of a new key after this long; a new audience has no verifier that could hold an older key set. */
const NEW_KEY_WAIT_MS = 2000;

export interface NewResourceServer {
  identifier: string;
  name: string;
  scopes: readonly string[];
  roleScopes: ReadonlyMap<string, readonly string[]>;
  signingAlg: SigningAlg;
  tokenTtlSeconds?: number;
  tokenTyp?: TokenTyp;
  management?: boolean;
}

/** Resource servers: the APIs that accept tokens. */
@Injectable()
export class ResourceServersService {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly keys: KeysService,
    private readonly clock: Clock,
  ) {}

  /**
   * Registers a resource server; its algorithm gets keys if it has none.
   * @throws DomainError `conflict` where the identifier is taken
   */
  create(principal: Principal, input: NewResourceServer): Promise<ResourceServer> {
    return this.unitOfWork.run(principal, (tx) => this.insert(tx, input, NEW_KEY_WAIT_MS));
  }

  /**
   * Sees to it that an identifier is registered; for the start, where no verifier and no other process knows the key yet.
   * @returns the one that is there, or the new one
   */
  ensure(principal: Principal, input: NewResourceServer): Promise<ResourceServer> {
    return this.unitOfWork.run(principal, async (tx) => {
      const found = await tx.repository(ResourceServerRepository).findByIdentifier(input.identifier);
      return found ?? this.insert(tx, input, 0);
    });
  }

  /** Sees to it that the management API is registered, under this identifier: a start with another issuer moves it. */
  ensureManagement(principal: Principal, input: NewResourceServer): Promise<ResourceServer> {
    return this.unitOfWork.run(principal, async (tx) => {
      const repository = tx.repository(ResourceServerRepository);
      const found = await repository.findManagement();
      if (!found) return this.insert(tx, { ...input, management: true }, 0);
      if (found.identifier !== input.identifier) await repository.moveManagement(input.identifier, tx.now);
      found.identifier = input.identifier;
      return found;
    });
  }

  private async insert(tx: Tx, input: NewResourceServer, keyWaitMs: number): Promise<ResourceServer> {
    const signsFrom = new Date(tx.now.getTime() + keyWaitMs);
    await this.keys.ensureAlgorithm(tx.repository(SigningKeyRepository), input.signingAlg, tx.now, signsFrom);
    const server = Object.assign(new ResourceServer(), {
      id: newId('rs', this.clock.now()),
      identifier: input.identifier,
      name: input.name,
      scopes: [...input.scopes],
      tokenTtlSeconds: input.tokenTtlSeconds ?? null,
      signingAlg: input.signingAlg,
      tokenTyp: input.tokenTyp ?? 'at+jwt',
      management: input.management ?? false,
      createdAt: tx.now,
      updatedAt: tx.now,
    });
    await tx.repository(ResourceServerRepository).insert(server, input.roleScopes);
    return server;
  }
}
