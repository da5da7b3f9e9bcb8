import { z } from 'zod';

/** The longest overlap of two secrets, in seconds. */
const MAX_OVERLAP_SECONDS = 30 * 24 * 3600;

const currentSecret = z
  .string()
  .max(200)
  .optional()
  .meta({ description: 'A live secret of the client, by which it shows that it rotates itself' });

const descendants = z
  .boolean()
  .optional()
  .meta({ description: 'Ends the API keys that the client made, too, and what they made' });

/** How a client's secret is rotated; nothing need be said. */
export const rotationRequest = z
  .strictObject({
    overlapSeconds: z
      .int()
      .min(0)
      .max(MAX_OVERLAP_SECONDS)
      .optional()
      .meta({ description: 'How long the older secrets work on; 0 if left out' }),
    compromised: z
      .boolean()
      .optional()
      .meta({ description: 'Retires every older secret now, and ends every token of the client' }),
    descendants,
    currentSecret,
  })
  .refine(({ compromised, overlapSeconds }) => compromised !== true || overlapSeconds === undefined, {
    path: ['overlapSeconds'],
    message: 'must be left out for a compromised secret',
  })
  .refine(({ compromised, descendants: ends }) => ends !== true || compromised === true, {
    path: ['descendants'],
    message: 'is for a compromised secret',
  })
  .meta({ id: 'Rotation', description: "How a client's secret is rotated; nothing need be said" });
export type RotationRequest = z.infer<typeof rotationRequest>;

/** How a rotation is completed or cancelled; nothing need be said. */
export const overlapRequest = z
  .strictObject({ currentSecret })
  .meta({ id: 'OverlapEnd', description: 'How an overlap is ended; nothing need be said' });
export type OverlapRequest = z.infer<typeof overlapRequest>;

/** How a client is deactivated; nothing need be said. */
export const deactivationRequest = z
  .strictObject({ descendants })
  .meta({ id: 'Deactivation', description: 'How a client is deactivated; nothing need be said' });
export type DeactivationRequest = z.infer<typeof deactivationRequest>;
