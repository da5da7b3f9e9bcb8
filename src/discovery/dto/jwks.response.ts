import { z } from 'zod';
import { SIGNING_ALGS } from '../../common/oauth/vocabulary.js';

const coordinate = (description: string): z.ZodOptional<z.ZodString> =>
  z
    .string()
    .optional()
    .meta({ description: `${description}, base64url` });

/** A JSON Web Key Set with public keys only (RFC 7517 §5). */
export const jwksResponse = z
  .object({
    keys: z.array(
      z
        .object({
          kty: z.enum(['RSA', 'EC', 'OKP']),
          use: z.literal('sig'),
          alg: z.enum(SIGNING_ALGS),
          kid: z.string().meta({ description: 'The thumbprint of the key (RFC 7638)' }),
          n: coordinate('Modulus of an RSA key'),
          e: coordinate('Exponent of an RSA key'),
          crv: z
            .string()
            .optional()
            .meta({ examples: ['P-256'] }),
          x: coordinate('Coordinate of an elliptic-curve key'),
          y: coordinate('Coordinate of an elliptic-curve key'),
        })
        .meta({ id: 'JsonWebKey', description: 'A public signing key (RFC 7517 §4)' }),
    ),
  })
  .meta({ id: 'JsonWebKeySet', description: 'The public keys: those that sign, and those that will' });
