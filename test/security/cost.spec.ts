import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { requireOneBearer } from '../../src/access/presented-credential.js';
import { ClientSecretBasicMethod } from '../../src/clients/authentication/client-secret-basic.method.js';
import { isClientSecret, isSetupToken } from '../../src/common/credential/format.js';
import { canonicalJson } from '../../src/common/http/canonical-json.js';
import { parseContentType } from '../../src/common/http/content-type.js';
import { credentialInQuery } from '../../src/common/http/credential-in-query.js';
import { matchesEtag } from '../../src/common/http/etag.js';
import { isTooDeep } from '../../src/common/http/json-depth.js';
import { BODY_LIMIT, readBody } from '../../src/common/http/request-body.js';
import { requestId } from '../../src/common/http/request-id.js';
import { malformed } from '../../src/common/http/validation.pipe.js';
import { parseScope } from '../../src/common/oauth/scope.js';
import { Precondition } from '../../src/common/precondition.js';
import { topLevelKeys } from '../../src/oauth/json-keys.js';
import { parseParameters } from '../../src/oauth/parameters.js';
import { requestedTarget } from '../../src/oauth/target.js';
import { networkOf } from '../../src/rate-limit/network-of.js';
import { Cursors } from '../../src/sealing/cursors.js';
import { AccessTokenVerifier } from '../../src/tokens/access-token-verifier.js';
import { comparedAddress } from '../../src/users/email-address.js';
import { isPossiblePassword, normalized, whyRefused } from '../../src/users/password-rules.js';
import { type Attack, dear, generalAttacks, repeating, type Subject } from '../support/cost.js';
import { attacksOn, patternsOf, sources } from '../support/pattern-attacks.js';
import { attacksOnSchema } from '../support/schema-attacks.js';

/** Node's limit for all headers together. */
const HEADER_LIMIT = 16 * 1024;

const quietly =
  <Input>(run: (input: Input) => unknown): ((input: Input) => unknown) =>
  (input) => {
    try {
      return run(input);
    } catch {
      return null;
    }
  };
const header = (run: (value: string) => unknown, beginning = '', ...further: Attack[]): Omit<Subject, 'name'> => ({
  run: quietly(run),
  greatest: HEADER_LIMIT,
  attacks: [...generalAttacks(beginning), ...further],
});
const body = (run: (value: string) => unknown, ...further: Attack[]): Omit<Subject, 'name'> => ({
  run: quietly(run),
  greatest: BODY_LIMIT,
  attacks: [...generalAttacks(), ...further],
});
/** Many of what is numbered. */
const numbered = (name: string, of: (index: number) => string, beginning = '', end = ''): Attack => ({
  name,
  of: (size) => beginning + Array.from({ length: Math.ceil(size / of(100).length) }, (_, n) => of(n)).join('') + end,
});

const json = [
  numbered('many members', (n) => `"x${n}":${n},`, '{', '"y":1}'),
  numbered('equal members', () => '"scope":"a",', '{', '"y":1}'),
  numbered('a list', () => '[],', '[', '[]]'),
  numbered('unknown prototypes', () => '{"__proto__":1},', '[', '1]'),
  repeating('{"a":"', '\\"', ''),
  repeating('{"a":"', '\\"', '"}'),
  repeating('{"a"', ' ', '}'),
  repeating('{"a":', ' ', '1}'),
  repeating('{"__proto__"', ' ', '}'),
  repeating('', '"__proto__" ', ''),
  repeating('', '"a"   ', ''),
];
const form = [
  numbered('many parameters', (n) => `x${n}=1&`),
  numbered('equal parameters', () => 'scope=a&'),
  numbered('scopes', (n) => `s${n}+`, 'scope='),
  repeating('resource=https%3A%2F%2Fa', '%CC%81%CC%96', ''),
];
const read = (type: string) => (text: string) => parseParameters(type, Buffer.from(text));
const bodyRequest = { headers: { 'content-type': 'application/json' }, raw: { rawHeaders: [] }, routeOptions: {} };
const cursors = new Cursors();
cursors.load(Buffer.alloc(32));
const standing = { level: 'platform', accountId: null, workspaceId: null } as const;
const verifier = new AccessTokenVerifier();
const jwt = (payload: string): string =>
  `${Buffer.from('{"alg":"RS256","typ":"at+jwt","kid":"k"}').toString('base64url')}.${Buffer.from(payload).toString('base64url')}.AAAA`;

/** Whatever takes a text of a caller, apart from schemas. */
const PARSERS: Record<string, Omit<Subject, 'name'>> = {
  'Content-Type': header(
    parseContentType,
    'application/json',
    numbered('parameters', (n) => `;a${n}=1`, 'a/b'),
    repeating('a/b', ' ;', ''),
    repeating('a/b', '; ', 'x'),
    repeating('a/b;c="', '\\"', ''),
    repeating('a/b;c="', '\\"', '"'),
  ),
  'Authorization, Basic': header(
    (authorization) =>
      new ClientSecretBasicMethod().parse({
        authorization,
        clientId: undefined,
        clientSecret: undefined,
        clientAssertion: undefined,
      }),
    'Basic ',
    repeating('Basic ', 'QUJD', '='),
    repeating('basic', ' ', ''),
    repeating('basic ', Buffer.from('%41:').toString('base64'), ''),
  ),
  'Authorization, Bearer': header(
    (value) => requireOneBearer({ raw: { headersDistinct: { authorization: [value] } } } as never),
    'Bearer ',
    repeating('Bearer a', '=', '!'),
  ),
  'If-Match': header(
    (value) => new Precondition(value).check(1),
    '',
    repeating('', '"2",', ''),
    repeating('', ' , ', ''),
  ),
  'If-None-Match': header(
    (value) => matchesEtag(value, '"x"'),
    '',
    repeating('', 'W/"2",', ''),
    repeating('W/', 'W/', ''),
  ),
  'X-Request-Id': header((value) => requestId({ headers: { 'x-request-id': value } })),
  'an address': header(
    networkOf,
    '',
    repeating('::', 'f:', ''),
    repeating('::ffff:', '1.', ''),
    repeating('::1%', 'e', ''),
  ),
  'an access token': header(
    (value) => verifier.decode(value),
    '',
    numbered('roles', () => '"a",', '', ''),
    {
      name: 'claims in depth',
      of: (size) => jwt(`{"roles":${'['.repeat(size / 2)}${']'.repeat(size / 2)}}`),
    },
  ),
  'names in the query': header((value) => credentialInQuery({ query: { [value]: '' } }), 'token'),
  'a cursor': header((value) => cursors.open(value, { standing, list: '/' }), 'aud_'),
  'a client secret': body(isClientSecret, repeating('', 'a_sk_', ''), repeating('a_sk_', 'a', '')),
  'a setup token': body(isSetupToken, repeating('', 'a_st_', ''), repeating('a_st_', 'a', '')),
  'a password': body((value) => [isPossiblePassword(value), whyRefused(normalized(value))]),
  'an address to sign in with': body(comparedAddress),
  'a scope': body(
    parseScope,
    numbered('tokens', (n) => `s${n} `),
  ),
  'a resource': body(
    (resource) => requestedTarget({ resource }),
    ...generalAttacks('https://a'),
    repeating('https://a/', '../a/', ''),
    repeating('https://a/', '%2e%2e/', ''),
  ),
  'the depth of JSON': body(isTooDeep, ...json),
  'the names in JSON': body((text) => (JSON.parse(text), topLevelKeys(text)), ...json),
  'a body of JSON': body((text) => canonicalJson(readBody(bodyRequest as never, Buffer.from(text), '')), ...json),
  'an OAuth body of JSON': body(read('application/json'), ...json),
  'an OAuth form': body(read('application/x-www-form-urlencoded'), ...form),
};

describe('cost', () => {
  it.each(
    sources()
      .map((file) => [file, patternsOf(file)] as const)
      .filter(([, patterns]) => patterns.length > 0),
  )(
    'grows no faster than the text: the patterns of %s',
    (_file, patterns) => {
      for (const { place, pattern } of patterns) {
        const run = (text: string): string => text.replace(pattern, '');
        expect(dear({ name: place, run, greatest: BODY_LIMIT, attacks: attacksOn(pattern) })).toEqual([]);
      }
    },
    60_000,
  );

  it.each(sources().filter((file) => /\/dto\/[^/]+$/.test(file)))(
    'grows no faster than the body: the schemas of %s',
    async (file) => {
      const exported = Object.entries((await import(`../../${file}`)) as Record<string, unknown>);
      const schemas = exported.filter((entry): entry is [string, z.ZodType] => entry[1] instanceof z.ZodType);
      for (const [name, schema] of schemas) {
        const run = (value: unknown): void => {
          const { error } = schema.safeParse(value);
          if (error) malformed(error.issues);
        };
        expect(dear({ name, run, greatest: BODY_LIMIT, attacks: attacksOnSchema(schema) })).toEqual([]);
      }
    },
    60_000,
  );

  it.each(Object.entries(PARSERS))(
    'grows no faster than the text: %s',
    (name, parser) => {
      expect(dear({ name, ...parser })).toEqual([]);
    },
    60_000,
  );

  describe('is noticed where it grows faster:', () => {
    const words =
      /^\d*(?:password|passwort|passw0rd|p[a@]ssword|qwerty|qwertz|azerty|admin|administrator|welcome|letmein|changeme|iloveyou|secret|login|claviger)+\d*!?$/;

    it.each([
      ['words that can be parted in many ways', words],
      ['a content type', /^application\/x-www-form-urlencoded *(?:; *charset="?utf-8"?)? *$/i],
      ['an end that is looked for from every place', /=+$/],
      ['strings that are never closed', /"(?:[^"\\]|\\.)*"(\s*:)?|[{}[\]]/gs],
    ])('%s', (name, pattern) => {
      const run = (text: string): string => text.replace(pattern, '');
      expect(dear({ name, run, greatest: BODY_LIMIT, attacks: attacksOn(pattern) })).not.toEqual([]);
    });

    it('a list that is compared with itself', () => {
      const scopes = z.array(z.string()).refine((list) => list.every((one, index) => list.indexOf(one) === index));
      const schema = z.strictObject({ scopes }).meta({ id: 'Listed' });
      const run = (value: unknown): unknown => schema.safeParse(value);

      expect(dear({ name: 'scopes', run, greatest: BODY_LIMIT, attacks: attacksOnSchema(schema) })).not.toEqual([]);
    });

    it('a text that is normalised whatever its length', () => {
      const schema = z.strictObject({ name: z.string().normalize('NFC').nullable().optional() }).meta({ id: 'Named' });
      const run = (value: unknown): unknown => schema.safeParse(value);

      expect(dear({ name: 'NFC', run, greatest: BODY_LIMIT, attacks: attacksOnSchema(schema) })).not.toEqual([]);
    });

    it('a fault that is told with all that leads to it', () => {
      const schema = z.strictObject({ map: z.record(z.string(), z.array(z.int())) }).meta({ id: 'Mapped' });
      const run = (value: unknown): unknown =>
        schema.safeParse(value).error?.issues.map(({ path }) => Buffer.from(path.join('.')));

      expect(dear({ name: 'map', run, greatest: BODY_LIMIT, attacks: attacksOnSchema(schema) })).not.toEqual([]);
    });
  });
});
