import { applyDecorators, createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { ApiHeader } from '@nestjs/swagger';
import { type FastifyRequest } from 'fastify';
import { Problems } from '../openapi/operation.decorator.js';
import { Precondition } from '../precondition.js';

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
