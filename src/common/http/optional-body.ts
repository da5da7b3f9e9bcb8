import { ApiBody } from '@nestjs/swagger';
import { type z } from 'zod';

/** Says in the OpenAPI document that a request may come without a body. @param schema named (`.meta({ id })`) */
export function OptionalBody(schema: z.ZodType): MethodDecorator {
  return ApiBody({ required: false, schema: { $ref: `#/components/schemas/${schema.meta()?.id ?? ''}` } });
}
