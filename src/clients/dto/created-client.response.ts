import { z } from 'zod';
import { type ClientResponse, clientResponse } from './client.response.js';

/** The secret of a client, shown once. */
export const clientSecretField = z
  .string()
  .optional()
  .meta({ description: 'Shown this once; left out where an earlier request made it', examples: ['cv_sk_…'] });

/** A client that was just made, with the four values that a program needs. */
export const createdClientResponse = clientResponse
  .extend({
    clientSecret: clientSecretField,
    tokenUrl: z.url().meta({ description: 'Where it gets its tokens', examples: ['https://auth.example/oauth/token'] }),
  })
  .meta({ id: 'CreatedClient', description: 'A client that was just made, with its secret' });
export type CreatedClientResponse = z.infer<typeof createdClientResponse>;

/** Puts the secret beside what was made. */
export function toCreatedClient(
  client: ClientResponse,
  { secret, tokenUrl }: { secret: string | null; tokenUrl: string },
): CreatedClientResponse {
  return { ...client, ...(secret !== null && { clientSecret: secret }), tokenUrl };
}
