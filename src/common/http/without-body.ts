import { applyDecorators, type CanActivate, type ExecutionContext, UseGuards } from '@nestjs/common';
import { type FastifyRequest } from 'fastify';
import { z } from 'zod';
import { OptionalBody } from './optional-body.js';
import { malformed } from './validation.pipe.js';

/** What an action that takes nothing may be sent. */
export const emptyBody = z.strictObject({}).optional().meta({ id: 'Empty', description: 'Nothing' });

/** Refuses whatever is in the body, a token say. */
class EmptyBodyGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const { body } = context.switchToHttp().getRequest<FastifyRequest>();
    const { success, error } = emptyBody.safeParse(body);
    if (!success) throw malformed(error.issues);
    return true;
  }
}

/** The action takes nothing: no body, or an empty object. */
export const WithoutBody = (): MethodDecorator => applyDecorators(UseGuards(EmptyBodyGuard), OptionalBody(emptyBody));
