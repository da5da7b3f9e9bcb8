import { DomainError } from './errors/domain.error.js';
import { etagOf } from './http/etag.js';

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
