import { Injectable } from '@nestjs/common';
import { DomainError } from '../common/errors/domain.error.js';
import { Catalogue } from '../database/feed/catalogue.js';
import { Memory } from '../database/feed/memory.js';
import { OwnerAccess } from '../database/owner-access.js';
import { KeyEncryptionKeys } from '../sealing/key-encryption-keys.js';
import { SealingError } from '../sealing/sealing.error.js';
import { KeyRing } from './key-ring.js';
import { SigningQueue } from './signers/signing-queue.js';
import { SigningKeyRepository } from './signing-key.repository.js';

/** The signing keys in memory. */
@Injectable()
export class SigningKeys {
  private readonly catalogue: Catalogue<KeyRing>;

  constructor(
    memory: Memory,
    private readonly owner: OwnerAccess,
    private readonly keyEncryptionKeys: KeyEncryptionKeys,
    private readonly queue: SigningQueue,
  ) {
    this.catalogue = new Catalogue(memory, 'signing_key', () => this.read());
  }

  /** The ring; inside a decision. */
  ring(): KeyRing {
    return this.catalogue.get();
  }

  /** Whether this process holds the ring now. */
  isLoaded(): boolean {
    return this.catalogue.isLoaded();
  }

  /**
   * Opens every active key once, for the start.
   * @throws SealingError if a key-encryption key is missing
   */
  async checkSeals(): Promise<void> {
    const { keys } = await this.owner.repository(SigningKeyRepository).readAll();
    await KeyRing.build(keys, this.keyEncryptionKeys, this.queue);
  }

  private async read(): Promise<{ head: number; value: KeyRing }> {
    const { head, keys } = await this.owner.repository(SigningKeyRepository).readAll();
    try {
      return { head, value: await KeyRing.build(keys, this.keyEncryptionKeys, this.queue) };
    } catch (error) {
      if (!(error instanceof SealingError)) throw error;
      throw DomainError.unavailable('KEY_ENCRYPTION_KEY does not open a signing key', { cause: error });
    }
  }
}
