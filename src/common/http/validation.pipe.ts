import { Injectable, StandardSchemaValidationPipe } from '@nestjs/common';
import { DomainError } from '../errors/domain.error.js';

/** Holds what is sent against the schema of its parameter, and tells where it does not fit. */
@Injectable()
export class ValidationPipe extends StandardSchemaValidationPipe {
  constructor() {
    super({
      exceptionFactory: (issues) =>
        DomainError.invalid(
          'The request is malformed',
          issues.map(({ path = [], message }) => ({
            path: path.map((part) => (typeof part === 'object' ? part.key : part)).join('.'),
            message,
          })),
        ),
    });
  }

  /** Members named `constructor` are data like any other: the parser has refused what could reach a prototype. */
  protected override stripProtoKeys(): void {
    // On purpose: what is dropped in silence is neither refused nor kept.
  }
}
