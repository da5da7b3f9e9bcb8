import { Global, Module } from '@nestjs/common';
import { AuditEventsController } from './audit-events.controller.js';
import { AuditKey } from './audit-key.js';
import { AuditTrailService } from './audit-trail.service.js';
import { AuditService } from './audit.service.js';

/** The audit trail: every feature writes to it. */
@Global()
@Module({
  controllers: [AuditEventsController],
  providers: [AuditKey, AuditService, AuditTrailService],
  exports: [AuditKey, AuditService],
})
export class AuditModule {}
