import { z } from 'zod';

/** Neither a name nor an id holds what PostgreSQL cannot store. */
const text = z.string().regex(/^[^\0]*$/, 'must not hold the character NUL');

/** How a person signs in. What is too long to be a name or password is simply wrong, as is what is empty. */
export const loginRequest = z
  .strictObject({
    username: text.meta({ description: 'The e-mail address, whatever its case', examples: ['admin@localhost'] }),
    password: z.string().meta({ format: 'password' }),
    account_id: text
      .optional()
      .meta({ description: 'Which account, where the address is known in several; left out, one password must fit' }),
  })
  .meta({ id: 'Login', description: 'Name and password of a person' });
export type LoginRequest = z.infer<typeof loginRequest>;
