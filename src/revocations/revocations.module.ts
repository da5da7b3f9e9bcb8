import { Global, Module } from '@nestjs/common';
import { Sizes } from '../common/logging/sizes.js';
import { Janitor } from '../database/janitor.js';
import { Ledger } from './ledger.js';
import { LedgerRepository } from './ledger.repository.js';
import { RevocationsService } from './revocations.service.js';

/** The ledger of cuts: read by all, written at the end of transactions. */
@Global()
@Module({
  providers: [Ledger, RevocationsService],
  exports: [Ledger, RevocationsService],
})
export class RevocationsModule {
  constructor(janitor: Janitor, sizes: Sizes, ledger: Ledger) {
    sizes.register('ledger', () => ledger.sizes);
    janitor.register((manager, now, limit) => new LedgerRepository(manager).removeExpired(now, limit));
  }
}
