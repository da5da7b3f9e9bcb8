/** What a `Content-Type` says, in lower case. */
export interface ContentType {
  /** Type and subtype. */
  readonly type: string;
  /** Null where it names none. */
  readonly charset: string | null;
}

const TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
const QUOTED = String.raw`"(?:[\t !#-\[\]-~\x80-\xFF]|\\[\t -~\x80-\xFF])*"`;

// Each is tried where the one before ended, and has one way to match.
const TYPE = new RegExp(`${TOKEN}/${TOKEN}`, 'y');
const PARAMETER = new RegExp(`[\\t ]*;[\\t ]*(?:(${TOKEN})=(${TOKEN}|${QUOTED}))?`, 'y');
const END = /[\t ]*$/y;

/**
 * Reads a `Content-Type`. Parameters that are not looked at may be there, each once.
 * @returns null for one that is malformed
 * @see RFC 9110 §8.3.1, §5.6.6
 */
export function parseContentType(header: string): ContentType | null {
  let at = 0;
  const next = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    const found = pattern.exec(header);
    if (found) at = pattern.lastIndex;
    return found;
  };
  const type = next(TYPE)?.[0].toLowerCase();
  if (type === undefined) return null;
  const parameters = new Map<string, string>();
  for (let found = next(PARAMETER); found; found = next(PARAMETER)) {
    const [, name, value = ''] = found;
    if (name === undefined) continue;
    if (parameters.has(name.toLowerCase())) return null;
    parameters.set(name.toLowerCase(), value.startsWith('"') ? unquoted(value) : value);
  }
  return next(END) ? { type, charset: parameters.get('charset')?.toLowerCase() ?? null } : null;
}

/** RFC 9110 §5.6.4 */
function unquoted(value: string): string {
  return value.slice(1, -1).replace(/\\(.)/gs, '$1');
}
