import { Controller, Get, Query, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type FastifyReply } from 'fastify';
import { Access } from '../common/access/access.decorator.js';
import { CurrentPrincipal } from '../common/access/current-principal.decorator.js';
import { type Principal } from '../common/access/principal.js';
import { LIST_HEADERS } from '../common/http/list-query.js';
import { Operation } from '../common/openapi/operation.decorator.js';
import { Lists } from '../sealing/lists.js';
import { AuditTrailService } from './audit-trail.service.js';
import { type AuditEventResponse, auditEventResponse, toAuditEvent } from './dto/audit-event.response.js';
import { type AuditEventsQuery, auditEventsQuery } from './dto/audit-events.query.js';

/** The audit trail. */
@ApiTags('Audit')
@Controller('v1/audit-events')
export class AuditEventsController {
  constructor(
    private readonly trail: AuditTrailService,
    private readonly lists: Lists,
  ) {}

  /** A bare array, newest first. */
  @Access('workspace', 'admin')
  @Operation({
    id: 'listAuditEvents',
    summary: 'What was done to what by whom, newest first',
    description:
      "A workspace's principals see what was done in it, an account's all of the account's, the platform's everything. " +
      'What callers are refused again and again is one row, with a count, now and then.',
    response: auditEventResponse.array(),
    headers: LIST_HEADERS,
  })
  @Get()
  async list(
    @CurrentPrincipal() principal: Principal,
    @Query({ schema: auditEventsQuery }) query: AuditEventsQuery,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<AuditEventResponse[]> {
    const rows = await this.lists.answer(reply, principal, query, (page) => this.trail.list(principal, query, page));
    return rows.map(toAuditEvent);
  }
}
