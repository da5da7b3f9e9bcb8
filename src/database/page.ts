/** The part of a list that is asked for: newest first, beginning behind an id. */
export interface Page {
  /** Null for the first page. */
  readonly after: string | null;
  /** At most this many rows. */
  readonly limit: number;
}
