import { Global, Module } from '@nestjs/common';
import { Ledger } from './ledger.js';
import { LedgerJanitor } from './ledger.janitor.js';
import { RevocationsService } from './revocations.service.js';

/** The ledger of cuts: read by all, written at the end of transactions. */
@Global()
@Module({
  providers: [Ledger, LedgerJanitor, RevocationsService],
  exports: [Ledger, LedgerJanitor, RevocationsService],
})
export class RevocationsModule {}
