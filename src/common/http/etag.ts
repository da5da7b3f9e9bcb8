/** The entity tag of an object's version (RFC 9110 §8.8.3). */
export function etagOf(version: number): string {
  return `"${version}"`;
}

/** The header of an object that changes, for the OpenAPI document. */
export const ETAG_HEADER = { ETag: 'The version of the object, for `If-Match`' };

/**
 * Whether `If-None-Match` names the tag: then the answer is 304.
 * @see RFC 9110 §13.1.2: the comparison is weak, and `*` is any
 */
export function matchesEtag(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  return ifNoneMatch.split(',').some((tag) => tag.trim() === '*' || tag.trim().replace(/^W\//, '') === etag);
}
