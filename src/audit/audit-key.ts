import { createHmac, createSecretKey, type KeyObject } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { type AuditEvent } from './audit-event.entity.js';

/** The key under which the trail is chained; it stays in the process and never reaches SQL. */
@Injectable()
export class AuditKey {
  #key: KeyObject | null = null;

  /** Takes the key, once, at the start. */
  load(secret: Buffer): void {
    this.#key = createSecretKey(secret);
  }

  /**
   * The hash of a row.
   * @param previous the hash of the row before; null for the first of its chain
   */
  hash(event: AuditEvent, previous: Buffer | null): Buffer {
    if (!this.#key) throw new Error('The audit key is not loaded');
    return createHmac('sha256', this.#key).update(canonical(event, previous)).digest();
  }
}

/** Every column but the hash, in a fixed order. */
function canonical(event: AuditEvent, previous: Buffer | null): string {
  return JSON.stringify([
    previous?.toString('hex') ?? null,
    event.chain,
    event.number,
    event.id,
    event.accountId,
    event.workspaceId,
    event.at.toISOString(),
    event.lastAt.toISOString(),
    event.count,
    event.actorType,
    event.actorId,
    event.onBehalfOf,
    event.action,
    event.reason,
    event.objectType,
    event.objectId,
    event.changes,
    event.outcome,
    event.address,
    event.requestId,
  ]);
}
