import { OAuthError } from '../common/errors/oauth.error.js';
import { EdgeError } from '../common/http/edge.error.js';
import { readText, type TypedText } from '../common/http/typed-text.js';
import { tokenRequest } from './dto/token.request.js';
import { topLevelKeys } from './json-keys.js';

/** The parameters that mean something here; every other one is ignored, whatever it is (RFC 6749 §3.2). */
const NAMES = [...tokenRequest.keyof().options, 'client_assertion', 'client_assertion_type'] as const;
type ParameterName = (typeof NAMES)[number];

/** The known parameters of a request that have a value, each once. */
export type Parameters = Readonly<Partial<Record<ParameterName, string>>>;

const FORM = 'application/x-www-form-urlencoded';
const MAX_PARAMETERS = 100;

const isKnown = (name: string): name is ParameterName => (NAMES as readonly string[]).includes(name);

/**
 * Parses the body of an OAuth request, form or JSON.
 * @throws OAuthError `invalid_request` for another content type, a malformed body, a parameter that is repeated or not a
 *   string; `invalid_target` for several resources
 * @see RFC 6749 §3.2
 */
export function parseParameters(contentType: string | undefined, body: Buffer | undefined): Parameters {
  const { type, text } = readBody(contentType, body ?? Buffer.alloc(0));
  return collect(type === FORM ? formEntries(text) : jsonEntries(text));
}

function readBody(contentType: string | undefined, body: Buffer): TypedText<typeof FORM | 'application/json'> {
  try {
    return readText(contentType, body, [FORM, 'application/json']);
  } catch (error) {
    throw error instanceof EdgeError ? OAuthError.invalidRequest(error.message) : error;
  }
}

function formEntries(text: string): [string, unknown][] {
  const entries = [...new URLSearchParams(text)];
  if (entries.length > MAX_PARAMETERS) throw OAuthError.invalidRequest('The body has too many parameters');
  return entries;
}

function jsonEntries(text: string): [string, unknown][] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw OAuthError.invalidRequest('The body is not valid JSON');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw OAuthError.invalidRequest('The body is not a JSON object');
  }
  const keys = topLevelKeys(text);
  // RFC 6749 §3.2 for JSON: JSON.parse keeps the last of two equal names, and another reader may keep the first.
  if (new Set(keys).size !== keys.length) throw OAuthError.invalidRequest('A parameter is repeated');
  if (keys.length > MAX_PARAMETERS) throw OAuthError.invalidRequest('The body has too many parameters');
  return Object.entries(value);
}

function collect(entries: [string, unknown][]): Parameters {
  const found = new Map<ParameterName, string>();
  for (const [name, value] of entries) {
    if (!isKnown(name)) continue;
    // RFC 8707 §2 lets a client name several resources; a token of ours is for one.
    if (name === 'resource' && (found.has(name) || Array.isArray(value))) {
      throw OAuthError.invalidTarget('A token is for one resource');
    }
    // RFC 6749 §3.2: parameters MUST NOT be included more than once.
    if (found.has(name)) throw OAuthError.invalidRequest('A parameter is repeated');
    if (typeof value !== 'string') throw OAuthError.invalidRequest('A parameter is not a string');
    if (value.includes('\0')) throw OAuthError.invalidRequest('A parameter holds a NUL character');
    found.set(name, value);
  }
  // RFC 6749 §3.2: parameters without a value are as if omitted.
  return Object.fromEntries([...found].filter(([, value]) => value !== ''));
}
