import { Global, Module } from '@nestjs/common';
import { Sizes } from '../common/logging/sizes.js';
import { AuditEventsController } from './audit-events.controller.js';
import { AuditKey } from './audit-key.js';
import { AuditTrailService } from './audit-trail.service.js';
import { AuditVerifier } from './audit-verifier.js';
import { AuditService } from './audit.service.js';
import { Observations } from './observations.js';

/** The audit trail: every feature writes to it, and refusals are observed in it. */
@Global()
@Module({
  controllers: [AuditEventsController],
  providers: [AuditKey, AuditService, AuditTrailService, AuditVerifier, Observations],
  exports: [AuditKey, AuditService, AuditVerifier, Observations],
})
export class AuditModule {
  constructor(sizes: Sizes, observations: Observations) {
    sizes.register('refusals', () => observations.size);
  }
}
