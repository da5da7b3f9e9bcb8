import { Injectable } from '@nestjs/common';
import { type FastifyRequest } from 'fastify';
import { type Principal } from '../common/access/principal.js';
import { DomainError } from '../common/errors/domain.error.js';
import { isId } from '../common/id.js';
import { Memory } from '../database/feed/memory.js';
import { UserDirectory } from '../users/user-directory.js';

const HEADER = 'x-user-id';

/** `X-User-Id`: the person for whom a client of an account acts. It says who made what, and grants nothing. */
@Injectable()
export class OnBehalfOf {
  constructor(
    private readonly memory: Memory,
    private readonly people: UserDirectory,
  ) {}

  /**
   * The principal, with the person that the request names, if it names one.
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
    if (!isId('usr', id)) throw unknown();
    await this.memory.decide(() => this.requireLiving(id, principal));
    return { ...principal, onBehalfOf: id };
  }

  private requireLiving(id: string, { accountId }: Principal): void {
    const user = this.people.get(id);
    if (user?.accountId !== accountId || this.people.whyUnusable(user)) throw unknown();
  }
}

function unknown(): DomainError {
  return DomainError.invalid('X-User-Id names nobody of this account');
}
