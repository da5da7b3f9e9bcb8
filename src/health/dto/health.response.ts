import { z } from 'zod';

/** The process runs. */
export const livenessResponse = z
  .object({ status: z.literal('live') })
  .meta({ id: 'Liveness', description: 'The process runs' });
export type Liveness = z.infer<typeof livenessResponse>;

/** Whether this process can answer a token request of a client that it knows. */
export const readinessResponse = z
  .object({
    status: z
      .enum(['ready', 'degraded', 'unready'])
      .meta({ description: '`degraded`: PostgreSQL is away, and memory still serves' }),
    database: z.enum(['connected', 'away']),
    feed: z
      .enum(['live', 'away', 'lost'])
      .meta({ description: '`lost`: memory is older than STALE_GRACE_SECONDS, or was never loaded' }),
    migrations: z.enum(['done', 'pending']),
    keys: z.enum(['loaded', 'missing']),
  })
  .meta({ id: 'Readiness', description: 'Whether this process can answer a token request of a client that it knows' });
export type Readiness = z.infer<typeof readinessResponse>;
