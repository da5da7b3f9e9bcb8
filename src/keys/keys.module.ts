import { Module } from '@nestjs/common';
import { Clock } from '../common/clock.js';
import { KeysService } from './keys.service.js';
import { SigningQueue } from './signers/signing-queue.js';
import { SigningKeyFactory } from './signing-key-factory.js';
import { SigningKeys } from './signing-keys.js';

/** The signing keys: how they are made, and the one queue for their signatures. */
@Module({
  providers: [
    SigningKeyFactory,
    KeysService,
    SigningKeys,
    { provide: SigningQueue, inject: [Clock], useFactory: (clock: Clock) => new SigningQueue(clock) },
  ],
  exports: [KeysService, SigningKeys],
})
export class KeysModule {}
