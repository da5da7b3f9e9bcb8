import { z } from 'zod';

/** A successful answer of the token endpoint (RFC 6749 §5.1). */
export const tokenResponse = z
  .object({
    access_token: z.string().meta({ description: 'A JWT (RFC 9068)', examples: ['eyJhbGciOiJSUzI1NiIs…'] }),
    token_type: z.literal('Bearer'),
    expires_in: z.int().meta({ description: 'Seconds', examples: [86400] }),
    scope: z
      .string()
      .optional()
      .meta({ description: 'What was granted; left out if nothing was', examples: ['read write admin'] }),
    client_secret_expires_at: z
      .int()
      .optional()
      .meta({ description: 'Epoch seconds; there only while the secret that was presented is being retired' }),
  })
  .meta({ id: 'TokenResponse', description: 'An access token' });
export type TokenResponse = z.infer<typeof tokenResponse>;
