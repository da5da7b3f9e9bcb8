import { parseContentType } from './content-type.js';
import { EdgeError } from './edge.error.js';
import { isTooDeep } from './json-depth.js';
import { decodeUtf8 } from './utf8.js';

/** A body as text, and the media type that it came with. */
export interface TypedText<Type extends string> {
  readonly type: Type;
  readonly text: string;
}

/** What else a body may call itself while it is ASCII: the same bytes in UTF-8. */
const LIKE_ASCII: readonly string[] = ['us-ascii', 'iso-8859-1'];

/**
 * The text of a body of one of these types.
 * @param types in lower case
 * @throws EdgeError 415 for another type or charset; 400 for bytes that are not in the charset, and JSON that is nested too deeply
 */
export function readText<Type extends string>(
  contentType: string | undefined,
  bytes: Buffer,
  types: readonly Type[],
): TypedText<Type> {
  const given = parseContentType(contentType ?? '');
  const type = types.find((one) => one === given?.type);
  if (!given || !type) throw EdgeError.unsupportedMediaType(`The body must be ${types.join(' or ')}`);
  const { charset } = given;
  const ascii = charset !== null && LIKE_ASCII.includes(charset);
  if (charset !== null && charset !== 'utf-8' && !ascii) {
    throw EdgeError.unsupportedMediaType('The charset of the body must be UTF-8');
  }
  if (ascii && bytes.some((byte) => byte > 0x7f)) {
    throw EdgeError.unsupportedMediaType('A body that is not ASCII must have the charset UTF-8');
  }
  const text = decodeUtf8(bytes);
  if (text === null) throw EdgeError.malformed('The body is not valid UTF-8');
  if (type === 'application/json' && isTooDeep(text)) throw EdgeError.malformed('The body is nested too deeply');
  return { type, text };
}
