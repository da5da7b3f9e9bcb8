import { z } from 'zod';

/** Authorization server metadata (RFC 8414 §2), without members that would have to be empty. */
export const metadataResponse = z
  .object({
    issuer: z.url().meta({ examples: ['https://auth.example'] }),
    token_endpoint: z.url(),
    jwks_uri: z.url(),
    grant_types_supported: z.array(z.string()),
    token_endpoint_auth_methods_supported: z.array(z.string()),
  })
  .meta({ id: 'AuthorizationServerMetadata', description: 'What this server is and can do (RFC 8414 §2)' });
export type Metadata = z.infer<typeof metadataResponse>;

/** The same for OpenID Connect's parsers, which refuse it without these two. No ID token is ever issued. */
export const openidMetadataResponse = z
  .object({
    ...metadataResponse.shape,
    subject_types_supported: z.array(z.string()),
    id_token_signing_alg_values_supported: z.array(z.string()),
  })
  .meta({
    id: 'OpenIdProviderMetadata',
    description: 'The same, with what parsers of OpenID Connect Discovery insist on. No ID token is ever issued.',
  });
export type OpenIdMetadata = z.infer<typeof openidMetadataResponse>;
