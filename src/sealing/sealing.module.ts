import { type DynamicModule, Module } from '@nestjs/common';
import { Cursors } from './cursors.js';
import { KeyEncryptionKeys } from './key-encryption-keys.js';
import { Lists } from './lists.js';
import { Peppers } from './peppers.js';
import { SealedSecrets } from './sealed-secrets.service.js';

/** What seals, what hashes secrets, and what signs cursors. */
@Module({})
export class SealingModule {
  /** @param keys from the configuration or the data directory, which are read before there is an application */
  static register(keys: KeyEncryptionKeys): DynamicModule {
    return {
      module: SealingModule,
      // One set of keys and peppers serves the whole process.
      global: true,
      providers: [{ provide: KeyEncryptionKeys, useValue: keys }, Cursors, Lists, Peppers, SealedSecrets],
      exports: [KeyEncryptionKeys, Cursors, Lists, Peppers, SealedSecrets],
    };
  }
}
