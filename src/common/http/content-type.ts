/** What a `Content-Type` says, in lower case. */
export interface ContentType {
  /** Type and subtype. */
  readonly type: string;
  /** Null where it names none. */
  readonly charset: string | null;
}

// Each is tried where the one before ended, and has one way to match.
const TYPE = /[!#$%&'*+.^_`|~0-9A-Za-z-]+\/[!#$%&'*+.^_`|~0-9A-Za-z-]+/y;
const SEPARATOR = /[\t ]*;[\t ]*/y;
const NAME = /[!#$%&'*+.^_`|~0-9A-Za-z-]+=/y;
const VALUE = /[!#$%&'*+.^_`|~0-9A-Za-z-]+|"(?:[\t !#-[\]-~\x80-\xFF]|\\[\t -~\x80-\xFF])*"/y;
const END = /[\t ]*$/y;

/**
 * Reads a `Content-Type`. Parameters that are not looked at may be there, each once.
 * @returns null for one that is malformed
 * @see RFC 9110 §8.3.1, §5.6.6
 */
export function parseContentType(header: string): ContentType | null {
  let at = 0;
  const next = (pattern: RegExp): string | null => {
    pattern.lastIndex = at;
    const found = pattern.exec(header)?.[0] ?? null;
    at += found?.length ?? 0;
    return found;
  };
  const type = next(TYPE)?.toLowerCase();
  if (type === undefined) return null;
  const parameters = new Map<string, string>();
  while (next(SEPARATOR) !== null) {
    const name = next(NAME)?.slice(0, -1).toLowerCase();
    if (name === undefined) continue;
    const value = next(VALUE);
    if (value === null || parameters.has(name)) return null;
    parameters.set(name, value.startsWith('"') ? unquoted(value) : value);
  }
  return next(END) === null ? null : { type, charset: parameters.get('charset')?.toLowerCase() ?? null };
}

/** RFC 9110 §5.6.4 */
function unquoted(value: string): string {
  return value.slice(1, -1).replace(/\\(.)/gs, '$1');
}
