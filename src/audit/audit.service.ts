import { Injectable } from '@nestjs/common';
import { type Principal } from '../common/access/principal.js';
import { newId } from '../common/id.js';
import { type Tx } from '../database/tx.js';
import { AuditEventRepository, PLATFORM_CHAIN } from './audit-event.repository.js';
import { AuditKey } from './audit-key.js';

/** A change, as the trail tells it. */
export interface Change {
  /** `client.created`, say: object and participle. */
  readonly action: string;
  readonly object: { readonly type: string; readonly id: string };
  /** Whose trail it stands in; null at platform level. */
  readonly accountId: string | null;
  readonly workspaceId?: string | null;
  /** Why, where the action alone does not say it. */
  readonly reason?: string;
  /** What changed, without anything secret. */
  readonly changes?: object;
}

/** The audit trail of changes: one row each, in the transaction of the change, as its last statements. */
@Injectable()
export class AuditService {
  constructor(private readonly key: AuditKey) {}

  /** Notes what this unit of work does: a row for each thing that changes, written by chain and then in order. */
  record(tx: Tx, principal: Principal, change: Change): void {
    const event = {
      id: newId('aud', tx.now.getTime()),
      accountId: change.accountId,
      workspaceId: change.workspaceId ?? null,
      at: tx.now,
      lastAt: tx.now,
      count: 1,
      actorType: principal.type,
      actorId: principal.id,
      onBehalfOf: principal.onBehalfOf ?? null,
      action: change.action,
      reason: change.reason ?? null,
      objectType: change.object.type,
      objectId: change.object.id,
      changes: change.changes ?? null,
      outcome: 'done' as const,
      address: principal.origin?.address ?? null,
      requestId: principal.origin?.requestId ?? null,
    };
    // Every unit takes the chains' heads in one order, or two of several chains could lock each other out.
    const key = `${change.accountId ?? PLATFORM_CHAIN} ${event.id}`;
    tx.atEnd('audit', key, (manager) => new AuditEventRepository(manager).append(event, this.key));
  }
}
