import { Injectable, StandardSchemaValidationPipe } from '@nestjs/common';
import { DomainError, MAX_DETAILS } from '../errors/domain.error.js';

/** As much of a schema's findings as is told. */
interface Issue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

/** What is wrong with what was sent, and where; dots part the levels. */
export function malformed(issues: readonly Issue[]): DomainError {
  // Cut before they are written out: each path repeats the names that lead to it.
  const details = issues.slice(0, MAX_DETAILS).map(({ path = [], message }) => ({
    path: path.map((part) => (typeof part === 'object' ? part.key : part)).join('.'),
    message,
  }));
  // What is of the wrong type breaks the rules for the right one, too: the first fault says it.
  const first = details.filter(({ path }, index) => details.findIndex((other) => other.path === path) === index);
  return DomainError.invalid('The request is malformed', first);
}

/** Holds what is sent against the schema of its parameter, and tells where it does not fit. */
@Injectable()
export class ValidationPipe extends StandardSchemaValidationPipe {
  constructor() {
    super({ exceptionFactory: malformed });
  }

  /** Members named `constructor` are data like any other: the parser has refused what could reach a prototype. */
  protected override stripProtoKeys(): void {
    // On purpose: what is dropped in silence is neither refused nor kept.
  }
}
