import { z } from 'zod';
import { GRANTS } from '../grants/index.js';

/**
 * A parameter that may be left out. Its example is empty, which is the same (RFC 6749 §3.2): the explorer would otherwise
 * send a text of its own for it.
 */
const optional = (description: string): z.ZodOptional<z.ZodString> =>
  z
    .string()
    .optional()
    .meta({ description, examples: [''] });

/**
 * The parameters of a token request, for the reader of the OpenAPI document and as the list of known names. They are
 * parsed by `parameters.ts`: a form may repeat what a schema cannot see.
 * @see RFC 6749 §4.4.2
 */
export const tokenRequest = z
  .looseObject({
    grant_type: z.enum(GRANTS.map(({ grantType }) => grantType)).meta({ examples: ['client_credentials'] }),
    client_id: optional('With `client_secret`, where HTTP Basic is not used'),
    client_secret: optional('With `client_id`, where HTTP Basic is not used'),
    audience: optional("The API's identifier, byte for byte; left out: the client's default audience, or its only one"),
    resource: optional('The same as `audience` (RFC 8707); both must agree'),
    scope: optional('Space-separated; left out: all that the client has there'),
  })
  .meta({ id: 'TokenRequest', description: 'A token request; unknown parameters are ignored' });
