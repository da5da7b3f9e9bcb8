import { JwtFormat } from './jwt.format.js';

/** The formats that a resource server may choose, by the name in its `tokenFormat`. */
export const TOKEN_FORMATS = { jwt: JwtFormat } as const;
