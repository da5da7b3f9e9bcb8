import { type FastifyRequest } from 'fastify';
import { parse } from 'secure-json-parse';
import { EdgeError } from './edge.error.js';
import { isOAuthRequest } from './oauth-path.js';
import { readText } from './typed-text.js';

/** The longest body that is read, in bytes. */
export const BODY_LIMIT = 64 * 1024;

/**
 * The body of a request. At the OAuth endpoints it stays bytes, whatever its type: their parser has rules of its own
 * (repeated parameters, D18's repeated keys). Elsewhere it is JSON; nothing sent is `undefined`.
 * @throws EdgeError 400 for bytes that are no JSON in UTF-8 or nested too deeply, 415 for another type or coding
 */
export function readBody(request: FastifyRequest, bytes: Buffer, issuerPath: string): unknown {
  const { 'content-encoding': coding = 'identity', 'content-type': type } = request.headers;
  // Never decompressed: a few bytes would become gigabytes.
  if (coding.toLowerCase() !== 'identity') throw EdgeError.unsupportedMediaType('The body must not be compressed');
  // Node keeps the first of two; a proxy may have judged the second.
  if (count(request.raw.rawHeaders, 'content-type') > 1) throw EdgeError.malformed('Content-Type is repeated');
  if (isOAuthRequest(request, issuerPath)) return bytes;
  const { text } = readText(type, bytes, ['application/json']);
  return text === '' ? undefined : parseJson(text);
}

function parseJson(text: string): unknown {
  try {
    return parse(text, null, { protoAction: 'error', constructorAction: 'error' });
  } catch {
    // The parser's message quotes the body, so it is neither told nor logged.
    throw EdgeError.malformed('The body is not valid JSON');
  }
}

function count(rawHeaders: readonly string[], name: string): number {
  return rawHeaders.filter((entry, index) => index % 2 === 0 && entry.toLowerCase() === name).length;
}
