import { createHash } from 'node:crypto';
import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { ApiHeader } from '@nestjs/swagger';
import { type FastifyRequest } from 'fastify';
import { DomainError } from '../errors/domain.error.js';
import { type OnceRequest } from '../once-request.js';
import { canonicalJson } from './canonical-json.js';
import { routePath } from './route-path.js';

const KEY = /^[\x20-\x7E]{1,255}$/;

/**
 * The `Idempotency-Key` of a request with what it stands for, or null where there is none.
 * @throws DomainError `invalid` for a key of another form, or two of them
 */
export const Once = createParamDecorator((_: unknown, context: ExecutionContext): OnceRequest | null => {
  const request = context.switchToHttp().getRequest<FastifyRequest>();
  const keys = request.raw.headersDistinct['idempotency-key'] ?? [];
  const [key] = keys;
  if (key === undefined) return null;
  if (keys.length > 1 || !KEY.test(key)) {
    throw DomainError.invalid('The Idempotency-Key must be 1 to 255 printable characters, once');
  }
  const requestHash = createHash('sha256')
    .update(canonicalJson(request.body ?? {}))
    .digest();
  return { key, endpoint: `${request.method} ${routePath(request)}`, requestHash };
});

/** Says in the OpenAPI document that a request may be repeated. */
export const Repeatable = (): MethodDecorator =>
  ApiHeader({
    name: 'Idempotency-Key',
    required: false,
    description:
      '1 to 255 printable characters, kept for 24 hours. The same request again answers 200 with the object as it ' +
      'was made, without its secret, and `Idempotency-Replayed: true`.',
    schema: { type: 'string', maxLength: 255 },
  });
