import { Global, Module } from '@nestjs/common';
import { AuditKey } from './audit-key.js';
import { AuditService } from './audit.service.js';

/** The audit trail: every feature writes to it. */
@Global()
@Module({
  providers: [AuditKey, AuditService],
  exports: [AuditKey, AuditService],
})
export class AuditModule {}
