import { z } from 'zod';
import { type DescribedClient } from '../client-description.js';
import { clientResponse, toClient } from './client.response.js';
import { clientSecretField } from './created-client.response.js';

const liveApiKeys = z.int().meta({ description: 'API keys that this client made and that live on' });

/** A client whose secret was rotated, with the new one. */
export const rotatedClientResponse = clientResponse
  .extend({
    clientSecret: clientSecretField,
    liveApiKeys: liveApiKeys.optional().meta({ description: 'Where it was compromised: API keys of it that live on' }),
  })
  .meta({ id: 'RotatedClient', description: 'A client with its new secret' });
export type RotatedClientResponse = z.infer<typeof rotatedClientResponse>;

/** Without the secret, which is put beside it once. */
export function toRotatedClient(described: DescribedClient, liveKeys?: number): RotatedClientResponse {
  return { ...toClient(described), ...(liveKeys !== undefined && { liveApiKeys: liveKeys }) };
}

/** A client that was deactivated. */
export const deactivatedClientResponse = clientResponse
  .extend({ liveApiKeys })
  .meta({ id: 'DeactivatedClient', description: 'A client that was deactivated' });
export type DeactivatedClientResponse = z.infer<typeof deactivatedClientResponse>;
