import { describe, expect, it } from '@jest/globals';
import { parseParameters } from './parameters.js';

const FORM = 'application/x-www-form-urlencoded';
const JSON_TYPE = 'application/json';
const parse = (type: string | undefined, body: string | Buffer): ReturnType<typeof parseParameters> =>
  parseParameters(type, Buffer.isBuffer(body) ? body : Buffer.from(body));
const errorOf = (type: string | undefined, body: string | Buffer): string => {
  try {
    parse(type, body);
    return 'none';
  } catch (error) {
    return (error as { error: string }).error;
  }
};

describe('parseParameters', () => {
  it.each([
    FORM,
    `${FORM}; charset=utf-8`,
    `${FORM};charset="UTF-8"`,
    FORM.toUpperCase(),
    `${FORM};`,
    `${FORM} ;a="b;" ;Charset=utf-8`,
    `${FORM}; charset=ISO-8859-1`,
    `${FORM}; charset=us-ascii`,
  ])('reads a form as %s', (type) => {
    expect(parse(type, 'grant_type=client_credentials&scope=a+b%20c&foo=bar')).toEqual({
      grant_type: 'client_credentials',
      scope: 'a b c',
    });
  });

  it('reads JSON, and ignores what it does not know, whatever its type', () => {
    expect(parse(JSON_TYPE, '{"grant_type":"x","other":[1],"nested":{"scope":"s","scope":"t"}}')).toEqual({
      grant_type: 'x',
    });
  });

  it('takes a parameter without a value as omitted', () => {
    expect(parse(FORM, 'scope=&audience=&grant_type=')).toEqual({});
    expect(parse(JSON_TYPE, '{"scope":"","audience":""}')).toEqual({});
  });

  it.each([
    'grant_type',
    'scope',
    'audience',
    'client_id',
    'client_secret',
    'client_assertion',
    'client_assertion_type',
  ])('refuses a repeated %s, in a form and in JSON, with the same value, another, or none', (name) => {
    for (const second of ['a', 'b', '']) {
      expect(errorOf(FORM, `${name}=a&${name}=${second}`)).toBe('invalid_request');
      expect(errorOf(JSON_TYPE, `{"${name}":"a","${name}":"${second}"}`)).toBe('invalid_request');
    }
  });

  it('sees through escapes in repeated JSON names', () => {
    expect(errorOf(JSON_TYPE, String.raw`{"scope":"a","sc\u006fpe":"b"}`)).toBe('invalid_request');
    expect(parse(JSON_TYPE, String.raw`{"scope":"a \"scope\": {","x\"y":{"scope":"z"}}`)).toEqual({
      scope: 'a "scope": {',
    });
  });

  it('answers several resources as a target that it cannot serve', () => {
    expect(errorOf(FORM, 'resource=urn:a&resource=urn:a')).toBe('invalid_target');
    expect(errorOf(JSON_TYPE, '{"resource":["urn:a","urn:b"]}')).toBe('invalid_target');
  });

  it.each(['1', 'null', 'true', '["a"]', '{"a":1}'])('refuses a JSON value %s where a text belongs', (value) => {
    for (const name of ['client_id', 'client_secret', 'scope', 'audience', 'grant_type']) {
      expect(errorOf(JSON_TYPE, `{"${name}":${value}}`)).toBe('invalid_request');
    }
  });

  it.each(['null', '[]', '"x"', '1', 'true', '', '{', 'grant_type=x', '\uFEFF{}'])(
    'refuses the JSON body %j',
    (body) => {
      expect(errorOf(JSON_TYPE, body)).toBe('invalid_request');
    },
  );

  it.each([
    undefined,
    '',
    'text/plain',
    'multipart/form-data; boundary=x',
    'application/xml',
    'application/json\ta',
    'application/json garbage',
    'application/json; charset=utf-16',
    'text/[html]',
    '</><script>',
  ])('refuses the content type %j', (type) => {
    expect(errorOf(type, 'grant_type=client_credentials')).toBe('invalid_request');
  });

  it('names the charset where it is the charset that is refused', () => {
    const message = (type: string, body: string): string => {
      try {
        return JSON.stringify(parse(type, body));
      } catch (error) {
        return (error as Error).message;
      }
    };

    expect(message(`${JSON_TYPE}; charset=utf-16`, '{}')).toBe('The charset of the body must be UTF-8');
    expect(message(`${FORM}; charset=iso-8859-1`, 'scope=ü')).toBe(
      'A body that is not ASCII must have the charset UTF-8',
    );
    expect(message('text/plain; charset=utf-16', '{}')).toBe(
      'The body must be application/x-www-form-urlencoded or application/json',
    );
  });

  it('refuses bytes that are not UTF-8, and NUL', () => {
    expect(errorOf(FORM, Buffer.from([0x61, 0x3d, 0xff]))).toBe('invalid_request');
    expect(errorOf(JSON_TYPE, Buffer.from('{"scope":"a"}', 'utf16le'))).toBe('invalid_request');
    expect(errorOf(FORM, 'scope=a%00b')).toBe('invalid_request');
    expect(errorOf(JSON_TYPE, String.raw`{"scope":"a\u0000"}`)).toBe('invalid_request');
  });

  it('never nests, and is not moved by names of prototypes', () => {
    expect(parse(FORM, 'scope[]=x&client_id[$ne]=&__proto__=1&constructor=2&hasOwnProperty=3')).toEqual({});
    expect(parse(JSON_TYPE, '{"__proto__":{"scope":"x"},"constructor":1}')).toEqual({});
  });

  it('refuses more parameters than any request needs', () => {
    const names = Array.from({ length: 101 }, (_, i) => `p${i}`);
    expect(errorOf(FORM, names.map((name) => `${name}=1`).join('&'))).toBe('invalid_request');
    expect(errorOf(JSON_TYPE, JSON.stringify(Object.fromEntries(names.map((name) => [name, 1]))))).toBe(
      'invalid_request',
    );
  });

  it('refuses JSON that is nested deeper than any request needs, wherever', () => {
    const nested = (levels: number): string => `{"x":${'['.repeat(levels)}${']'.repeat(levels)},"scope":"a"}`;

    expect(parse(JSON_TYPE, nested(31))).toEqual({ scope: 'a' });
    expect(errorOf(JSON_TYPE, nested(32))).toBe('invalid_request');
    expect(errorOf(JSON_TYPE, nested(30_000))).toBe('invalid_request');
  });
});
