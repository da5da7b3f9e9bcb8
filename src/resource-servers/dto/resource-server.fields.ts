import { z } from 'zod';
import { MAX_TOKEN_TTL_SECONDS, SIGNING_ALGS, TOKEN_FORMAT_NAMES, TOKEN_TYPS } from '../../common/oauth/vocabulary.js';
import { distinct, nameField } from '../../common/openapi/fields.js';
import { roleNameField } from '../../roles/dto/role.fields.js';

/** The name of an API, the audience: compared byte for byte. */
export const identifierField = z
  .string()
  .regex(/^[\x21-\x7E]{1,255}$/, 'must be 1 to 255 printable ASCII characters without spaces')
  .meta({ examples: ['https://api.example.com/'] });

/** RFC 6749 §3.3 */
const scopeToken = z
  .string()
  .regex(/^[\x21\x23-\x5B\x5D-\x7E]{1,128}$/, 'must be 1 to 128 printable ASCII characters without space, " and \\');

const scopes = z.array(scopeToken).max(100).superRefine(distinct);

/** What an administrator gives a resource server, when it is made or later; `.shape` is spread into both bodies. */
export const serverFields = {
  name: nameField.meta({ examples: ['Invoices API'] }),
  scopes: scopes.meta({
    description: 'All that it knows (RFC 6749 §3.3)',
    examples: [['invoices:read', 'invoices:write']],
    uniqueItems: true,
  }),
  roleScopes: z
    .record(roleNameField, scopes)
    .refine((map) => Object.keys(map).length <= 200, 'must name 200 roles at most')
    .meta({
      description: 'Role to scopes, each one of `scopes`. A role that is not named has no access',
      examples: [{ content_manager: ['invoices:read'] }],
    }),
  tokenTtlSeconds: z
    .int()
    .min(1)
    .max(MAX_TOKEN_TTL_SECONDS)
    .nullable()
    .meta({ description: 'Life of its tokens; null: the default, ACCESS_TOKEN_TTL' }),
  signingAlg: z.enum(SIGNING_ALGS).meta({ description: 'Signs its tokens' }),
  tokenFormat: z.enum(TOKEN_FORMAT_NAMES, {
    error: ({ input }) => (input === 'opaque' ? 'Opaque tokens are not supported yet' : undefined),
  }),
  tokenTyp: z
    .enum(TOKEN_TYPS)
    .meta({ description: 'The `typ` of its tokens: `JWT` only for verifiers that know no other (RFC 9068 §2.1)' }),
  clientIds: z
    .array(z.string().regex(/^cli_[0-9A-Z]{26}$/, 'must be the id of a client'))
    .max(100)
    .superRefine(distinct)
    .meta({ description: 'The clients that are this API', uniqueItems: true }),
};
