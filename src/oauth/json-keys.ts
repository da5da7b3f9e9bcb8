/** What lies between, a string with its escapes, or one of the characters that open and close nesting; one after the other. */
const TOKENS = /[^"{}[\]]+|"(?:[^"\\]|\\.)*"(\s*:)?|[{}[\]]/gsy;

/**
 * The names at the top level of a JSON object, in order and with repetitions, which `JSON.parse` hides.
 * @param text valid JSON
 */
export function topLevelKeys(text: string): string[] {
  const keys: string[] = [];
  let depth = 0;
  for (const [token, colon] of text.matchAll(TOKENS)) {
    if (token === '{' || token === '[') depth++;
    else if (token === '}' || token === ']') depth--;
    else if (colon !== undefined && depth === 1) keys.push(JSON.parse(token.slice(0, -colon.length)) as string);
  }
  return keys;
}
