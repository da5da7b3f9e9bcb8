import { type DynamicModule, Module } from '@nestjs/common';
import { KeyEncryptionKeys } from './key-encryption-keys.js';
import { Peppers } from './peppers.js';
import { SealedSecrets } from './sealed-secrets.service.js';

/** What seals, and what hashes secrets. */
@Module({})
export class SealingModule {
  /** @param keys from the configuration or the data directory, which are read before there is an application */
  static register(keys: KeyEncryptionKeys): DynamicModule {
    return {
      module: SealingModule,
      // One set of keys and peppers serves the whole process.
      global: true,
      providers: [{ provide: KeyEncryptionKeys, useValue: keys }, Peppers, SealedSecrets],
      exports: [KeyEncryptionKeys, Peppers, SealedSecrets],
    };
  }
}
