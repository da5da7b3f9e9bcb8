import { applyDecorators } from '@nestjs/common';
import { ApiExtension, ApiOperation, ApiResponse } from '@nestjs/swagger';
import { type z } from 'zod';
import { type ProblemName } from './problems.js';

/** Begins the keys under which an operation carries its errors until the document is put together. */
export const PROBLEM = 'x-problem-';

/** What a reader of the explorer is told about an operation, beside what its access rule and its schemas say. */
export interface OperationDescription {
  /** camelCase, unique; code generators name functions after it. */
  readonly id: string;
  readonly summary: string;
  readonly description?: string;
  /** Status of success; 200 if left out. */
  readonly status?: number;
  /** Body of success; what is named (`.meta({ id })`) becomes a component. */
  readonly response?: z.ZodType;
  /** Headers of success, name to meaning. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Errors beside those that the access rule and the edge bring. */
  readonly problems?: readonly ProblemName[];
}

/** Adds errors to an operation; several decorators may. */
export function Problems(...names: readonly ProblemName[]): MethodDecorator {
  return applyDecorators(...names.map((name) => ApiExtension(PROBLEM + name, true)));
}

/** Describes a route in the OpenAPI document. */
export function Operation(operation: OperationDescription): MethodDecorator {
  const { id, summary, description, status = 200, response, headers, problems = [] } = operation;
  return applyDecorators(
    ApiOperation({ operationId: id, summary, ...(description !== undefined && { description }) }),
    Problems(...problems),
    ApiResponse({
      status,
      description: response?.meta()?.description ?? summary,
      ...(response && { standardSchema: response }),
      ...(headers && { headers: describeHeaders(headers) }),
    }),
  );
}

function describeHeaders(
  headers: Readonly<Record<string, string>>,
): Record<string, { description: string; schema: { type: 'string' } }> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, description]) => [name, { description, schema: { type: 'string' } }]),
  );
}
