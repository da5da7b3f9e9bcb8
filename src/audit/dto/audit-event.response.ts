import { z } from 'zod';
import { idField, time } from '../../common/openapi/fields.js';
import { type AuditEvent } from '../audit-event.entity.js';

const party = z.object({
  type: z.string().meta({ examples: ['client'] }),
  id: z.string().nullable(),
});

/** A row of the audit trail over HTTP. */
export const auditEventResponse = z
  .object({
    id: idField('aud'),
    at: time,
    lastAt: time.meta({ description: 'When the last of `count` came; `at` is when the first did' }),
    count: z
      .int()
      .min(1)
      .meta({ description: 'How many equal refusals the row stands for', examples: [1] }),
    actor: party.meta({ description: 'Who did it, or tried; without an id where nobody proved who it was' }),
    onBehalfOf: z.string().nullable().meta({ description: 'The person that the actor named (`X-User-Id`)' }),
    action: z.string().meta({ examples: ['client.created'] }),
    reason: z.string().nullable().meta({ description: 'Why it was refused' }),
    object: party.meta({ description: 'What it was done to; without an id where a row stands for many' }),
    changes: z.looseObject({}).nullable().meta({ description: 'What changed; never anything secret' }),
    outcome: z.enum(['done', 'refused']),
    address: z.string().nullable().meta({ description: 'Where the first of `count` came from' }),
    requestId: z.string().nullable().meta({ description: '`X-Request-Id` of the first' }),
    accountId: idField('acc').nullable(),
    workspaceId: idField('ws').nullable(),
    createdAt: time.meta({ description: 'The same as `at`' }),
  })
  .meta({ id: 'AuditEvent', description: 'What was done to what by whom, or refused' });
export type AuditEventResponse = z.infer<typeof auditEventResponse>;

/** Maps the entity; its place in the chain stays inside. */
export function toAuditEvent(event: AuditEvent): AuditEventResponse {
  const { id, count, onBehalfOf, action, reason, outcome, address, requestId, accountId, workspaceId } = event;
  return {
    id,
    at: event.at.toISOString(),
    lastAt: event.lastAt.toISOString(),
    count,
    actor: { type: event.actorType, id: event.actorId },
    onBehalfOf,
    action,
    reason,
    object: { type: event.objectType, id: event.objectId },
    changes: event.changes as Record<string, unknown> | null,
    outcome,
    address,
    requestId,
    accountId,
    workspaceId,
    createdAt: event.at.toISOString(),
  };
}
