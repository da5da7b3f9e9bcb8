import { Injectable } from '@nestjs/common';
import { type FastifyRequest } from 'fastify';
import { type Principal } from '../common/access/principal.js';
import { DomainError } from '../common/errors/domain.error.js';
import { isId } from '../common/id.js';
import { UserReader } from '../users/user-reader.js';

const HEADER = 'x-user-id';

/** Whether a request names somebody, who is then looked up in PostgreSQL. */
export function namesSomebody({ raw: { headersDistinct } }: FastifyRequest): boolean {
  return headersDistinct[HEADER] !== undefined;
}

/** `X-User-Id`: the person for whom a client of an account acts. It says who made what, and grants nothing. */
@Injectable()
export class OnBehalfOf {
  constructor(private readonly people: UserReader) {}

  /**
   * The principal, with the person that the request names, if it names one. PostgreSQL is asked as the principal, so that
   * somebody else's person and nobody are found out in the same way.
   * @throws DomainError `invalid` for a header that is repeated, malformed, or names nobody of the account; `forbidden`
   *   for principals other than clients of an account
   */
  async resolve(request: FastifyRequest, principal: Principal): Promise<Principal> {
    const ids = request.raw.headersDistinct[HEADER] ?? [];
    const [id] = ids;
    if (id === undefined) return principal;
    if (ids.length > 1) throw DomainError.invalid('Send X-User-Id once');
    if (principal.type !== 'client' || principal.level !== 'account') {
      throw DomainError.forbidden('X-User-Id is for clients of an account');
    }
    if (!isId('usr', id) || !(await this.people.isThere(principal, id))) {
      throw DomainError.invalid('X-User-Id names nobody of this account');
    }
    return { ...principal, onBehalfOf: id };
  }
}
