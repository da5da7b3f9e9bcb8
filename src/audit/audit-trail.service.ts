import { Injectable } from '@nestjs/common';
import { type Principal } from '../common/access/principal.js';
import { UnitOfWork } from '../database/unit-of-work.js';
import { type Page } from '../database/page.js';
import { type AuditEvent } from './audit-event.entity.js';
import { AuditEventRepository, type AuditFilter } from './audit-event.repository.js';

/** Reads the audit trail for the management API. */
@Injectable()
export class AuditTrailService {
  constructor(private readonly unitOfWork: UnitOfWork) {}

  /** The events that the principal reaches and the filter asks for, newest first. */
  list(principal: Principal, filter: AuditFilter, page: Page): Promise<AuditEvent[]> {
    return this.unitOfWork.run(principal, (tx) => tx.repository(AuditEventRepository).list(principal, filter, page));
  }
}
