import { randomBytes, randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { KeyEncryptionKeys } from './key-encryption-keys.js';
import { SealedSecret } from './sealed-secret.entity.js';
import { type SealedSecretRepository } from './sealed-secret.repository.js';

/** What a sealed secret may be for. */
export type SecretPurpose = 'pepper' | 'audit' | 'cursor';

/** A secret of the service's own, in clear: it stays in memory. */
export interface OpenedSecret {
  readonly id: string;
  /** 32 random bytes. */
  readonly secret: Buffer;
}

const SECRET_BYTES = 32;

/** Ties the value to its row and its use, so that neither can be exchanged in the database. */
const contextOf = ({ id, purpose }: Pick<SealedSecret, 'id' | 'purpose'>): string => `${purpose}:${id}`;

/** Makes and opens the secrets that the service makes for itself once and keeps in the database. */
@Injectable()
export class SealedSecrets {
  constructor(private readonly keyEncryptionKeys: KeyEncryptionKeys) {}

  /**
   * The secret for a purpose, made if there is none; replicas that start together get the same one.
   * @param now the unit's time
   * @throws SealingError if no key-encryption key opens it; it is never replaced
   */
  async ensure(repository: SealedSecretRepository, purpose: SecretPurpose, now: Date): Promise<OpenedSecret> {
    const stored = (await repository.find(purpose)) ?? (await repository.ensure(await this.make(purpose, now)));
    return { id: stored.id, secret: await this.keyEncryptionKeys.unseal(contextOf(stored), stored.sealed) };
  }

  private async make(purpose: SecretPurpose, createdAt: Date): Promise<SealedSecret> {
    const id = randomUUID();
    const sealed = await this.keyEncryptionKeys.seal(contextOf({ id, purpose }), randomBytes(SECRET_BYTES));
    return Object.assign(new SealedSecret(), { id, purpose, sealed, createdAt });
  }
}
