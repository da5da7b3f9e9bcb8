import { createServer, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { exportJWK, generateKeyPair, type GenerateKeyPairResult, type JWTHeaderParameters, SignJWT } from 'jose';

type Authenticate = (authorization: string | undefined) => Promise<object>;
interface Example {
  authenticator: (settings: { issuer: string; audience: string }) => Authenticate;
}
// A variable, since the example is plain JavaScript, which TypeScript would look for declarations of.
const path = '../../examples/resource-server/access-token.js';

const AUDIENCE = 'https://api.example/';
const ALLOWED = ['RS256', 'PS256', 'ES256', 'EdDSA'];
const FOREIGN = ['RS512', 'ES384'];

/** An issuer of the test's own, which signs what no Claviger would. */
describe("the resource server's verification", () => {
  let example: Example;
  let issuerServer: Server;
  let issuer: string;
  let answer: { status: number; body: string };
  let jwks: string;
  let authenticate: Authenticate;
  const pairs = new Map<string, GenerateKeyPairResult>();

  const now = (): number => Math.floor(Date.now() / 1000);
  const good = (): Record<string, unknown> => ({
    iss: issuer,
    aud: AUDIENCE,
    sub: 'cli_1',
    client_id: 'cli_1',
    account_id: 'acc_1',
    scope: 'read write',
    iat: now(),
    exp: now() + 60,
  });
  const token = (claims: Record<string, unknown> = {}, header: Partial<JWTHeaderParameters> = {}): Promise<string> => {
    const { alg = 'ES256', typ = 'at+jwt', kid = alg, ...rest } = header;
    return new SignJWT({ ...good(), ...claims })
      .setProtectedHeader({ alg, typ, kid, ...rest })
      .sign(pairs.get(alg)!.privateKey);
  };

  beforeAll(async () => {
    example = (await import(path)) as Example;
    for (const alg of [...ALLOWED, ...FOREIGN]) pairs.set(alg, await generateKeyPair(alg, { extractable: true }));
    const keys = await Promise.all(
      [...pairs].map(async ([alg, { publicKey }]) => ({ ...(await exportJWK(publicKey)), alg, kid: alg })),
    );
    jwks = JSON.stringify({ keys });
    issuerServer = createServer((request, response) => {
      const { status, body } = request.url === '/.well-known/jwks.json' ? answer : { status: 404, body: '' };
      response.writeHead(status, { connection: 'close' }).end(body);
    });
    await new Promise<void>((resolve) => issuerServer.listen(0, '127.0.0.1', resolve));
    issuer = `http://localhost:${(issuerServer.address() as AddressInfo).port}`;
  });

  beforeEach(() => {
    answer = { status: 200, body: jwks };
    authenticate = example.authenticator({ issuer, audience: AUDIENCE });
  });

  afterAll(() => void issuerServer.close());

  it.each(ALLOWED)('takes %s', async (alg) => {
    expect(await authenticate(`Bearer ${await token({}, { alg })}`)).toEqual({
      clientId: 'cli_1',
      accountId: 'acc_1',
      scopes: ['read', 'write'],
    });
  });

  it('takes a token without scopes as one that has none', async () => {
    for (const scope of [undefined, ['read']]) {
      expect(await authenticate(`Bearer ${await token({ scope })}`)).toMatchObject({ scopes: [] });
    }
  });

  const refused: [string, () => Promise<string>][] = [
    ['another algorithm, RS512', () => token({}, { alg: 'RS512' })],
    ['another algorithm, ES384', () => token({}, { alg: 'ES384' })],
    ['another kind of JWT', () => token({}, { typ: 'JWT' })],
    ['an unknown key', () => token({}, { kid: 'other' })],
    ["another algorithm's key", () => token({}, { kid: 'RS256' })],
    ['another issuer', () => token({ iss: 'https://other.example' })],
    ['an issuer but for a slash', () => token({ iss: `${issuer}/` })],
    ['an audience but for a slash', () => token({ aud: AUDIENCE.slice(0, -1) })],
    ['audiences of others', () => token({ aud: ['https://a.example/', 'https://b.example/'] })],
    ['no audience', () => token({ aud: undefined })],
    ['no issuer', () => token({ iss: undefined })],
    ['no expiry', () => token({ exp: undefined })],
    ['an expiry that has passed', () => token({ exp: now() })],
    ['a start that is to come', () => token({ nbf: now() + 60 })],
    ['no subject', () => token({ sub: undefined })],
    ['no client', () => token({ client_id: undefined })],
  ];
  it.each(refused)('refuses %s, as invalid_token', async (_, make) => {
    await expect(authenticate(`Bearer ${await make()}`)).rejects.toMatchObject({
      statusCode: 401,
      challenge: 'Bearer realm="reports", error="invalid_token"',
    });
  });

  it.each([undefined, '', 'Basic YTpi', 'Token x'])('sees no token in %j', async (authorization) => {
    await expect(authenticate(authorization)).rejects.toMatchObject({
      statusCode: 401,
      challenge: 'Bearer realm="reports"',
    });
  });

  const broken: [string, number, string][] = [
    ['an error', 500, ''],
    ['a page', 200, '<html>'],
    ['no key set', 200, '{}'],
    ['a key that is none', 200, '{"keys":[{"kty":"EC","crv":"P-256","kid":"ES256","alg":"ES256","x":"AA","y":"AA"}]}'],
  ];
  it.each(broken)('is 503 without a challenge where the issuer answers %s', async (_, status, body) => {
    const sent = `Bearer ${await token()}`;
    answer = { status, body };
    await expect(authenticate(sent)).rejects.toMatchObject({ statusCode: 503, challenge: undefined });
  });

  it.each(['http://issuer.example', 'http://localhost.example', 'http://127.0.0.1.example'])(
    'takes no keys over plain HTTP from %s',
    (other) => {
      expect(() => example.authenticator({ issuer: other, audience: AUDIENCE })).toThrow('ISSUER must be https');
    },
  );
});
