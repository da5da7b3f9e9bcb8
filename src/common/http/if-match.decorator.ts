import { applyDecorators, createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { ApiHeader } from '@nestjs/swagger';
import { type FastifyRequest } from 'fastify';
import { DomainError } from '../errors/domain.error.js';
import { Problems } from '../openapi/operation.decorator.js';
import { etagOf } from './etag.js';

/** What `If-Match` demands of an object before it is changed. */
export class Precondition {
  /** @param ifMatch left out, every version will do */
  constructor(private readonly ifMatch?: string) {}

  /**
   * Holds the version that was read, locked, against the header; without the header every version will do.
   * @throws DomainError `precondition-failed`
   * @see RFC 9110 §13.1.1: the comparison is strong, so `W/` tags never match
   */
  check(version: number): void {
    if (this.ifMatch === undefined) return;
    const tags = this.ifMatch.split(',').map((tag) => tag.trim());
    if (!tags.includes('*') && !tags.includes(etagOf(version))) throw DomainError.preconditionFailed();
  }
}

/** The precondition of a request that changes an object. */
export const IfMatch = createParamDecorator((_: unknown, context: ExecutionContext): Precondition => {
  const { headers } = context.switchToHttp().getRequest<FastifyRequest>();
  return new Precondition(headers['if-match']);
});

/** Says in the OpenAPI document that the change may be made conditional. */
export const Conditional = (): MethodDecorator =>
  applyDecorators(
    ApiHeader({
      name: 'If-Match',
      required: false,
      description: 'The ETag of the version that the change is meant for; another is answered 412',
      schema: { type: 'string' },
    }),
    Problems('PreconditionFailed'),
  );
