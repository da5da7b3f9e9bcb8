import { z } from 'zod';

/** Nothing: the token is in the header. */
export const logoutRequest = z.strictObject({}).optional().meta({ id: 'Logout', description: 'Nothing' });
export type LogoutRequest = z.infer<typeof logoutRequest>;
