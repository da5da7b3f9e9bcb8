import { z } from 'zod';
import { normalized, whyRefused } from '../../users/password-rules.js';

const newPassword = z
  .string()
  .superRefine((password, context) => {
    const reason = whyRefused(normalized(password));
    if (reason !== null) context.addIssue({ code: 'custom', message: reason });
  })
  .meta({ format: 'password', description: '12 to 256 characters, and none of the passwords that are tried first' });

/** A password by a setup token, or another by the present one. */
export const passwordRequest = z
  .union([
    z.strictObject({ setupToken: z.string(), password: newPassword }),
    z.strictObject({ currentPassword: z.string().meta({ format: 'password' }), newPassword }),
  ])
  .meta({
    id: 'SetPassword',
    description: 'A setup token and a password; or, with the person’s token, the current password and a new one',
  });
export type PasswordRequest = z.infer<typeof passwordRequest>;
