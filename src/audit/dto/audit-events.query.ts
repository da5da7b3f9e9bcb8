import { z } from 'zod';
import { listQuery } from '../../common/http/list-query.js';

const id = z.string().min(1).max(128).optional();
/** A moment, or a day, which stands for its beginning in UTC. */
const moment = z
  .union([z.iso.datetime({ offset: true }), z.iso.date()], { error: 'must be a time in ISO 8601' })
  .transform((text) => new Date(text))
  .optional();

/** The query of the audit trail. */
export const auditEventsQuery = listQuery
  .extend({
    actor: id.meta({ description: 'Id of whoever did it' }),
    action: id.meta({ description: '`client.created`, say' }),
    object: id.meta({ description: 'Id of what it was done to' }),
    outcome: z.enum(['done', 'refused']).optional(),
    from: moment.meta({ description: 'At this time or later (ISO 8601)' }),
    to: moment.meta({ description: 'Before this time (ISO 8601)' }),
  })
  .refine(({ from, to }) => !from || !to || from <= to, { path: ['to'], message: 'must not be before from' });
export type AuditEventsQuery = z.infer<typeof auditEventsQuery>;
