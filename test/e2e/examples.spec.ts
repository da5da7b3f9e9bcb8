import { spawnSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { SignJWT, UnsecuredJWT } from 'jose';
import { CountingProxy } from '../support/counting-proxy.js';
import { freePort } from '../support/free-port.js';
import { Program } from '../support/program.js';
import { Service } from '../support/service.js';
import { type TestDatabase, testDatabase } from '../support/test-database.js';

const SERVER = 'examples/resource-server';
const CLIENT = 'examples/machine-client';
const OTHER_AUDIENCE = 'https://api.example/';

interface Manifest {
  dependencies: Record<string, string>;
  devDependencies?: Record<string, string>;
  overrides?: Record<string, unknown>;
}
const manifest = (directory: string): Manifest =>
  JSON.parse(readFileSync(`${directory}/package.json`, 'utf8')) as Manifest;

/** The commands of an example's README, with this run's values in the place of the dots; packages are the root's. */
function commandsOf(directory: string, values: Record<string, string>): string[] {
  const readme = readFileSync(`${directory}/README.md`, 'utf8');
  return [...readme.matchAll(/^```sh\n([^]*?)^```$/gm)].map(([, code = '']) =>
    Object.entries({ 'npm install && ': '', ...values }).reduce((text, [from, to]) => text.replaceAll(from, to), code),
  );
}

jest.setTimeout(30_000);

describe('the examples', () => {
  let database: TestDatabase;
  let proxy: CountingProxy;
  let service: Service;
  let client: { id: string; secret: string };
  let api: { url: string; program: Program };

  /** Runs the resource server as its README does. */
  const serve = async (environment: Record<string, string> = {}): Promise<{ url: string; program: Program }> => {
    const port = String(await freePort());
    const [start = ''] = commandsOf(SERVER, {});
    const program = new Program('sh', ['-c', start], {
      cwd: SERVER,
      env: { ISSUER: proxy.base, PORT: port, ...environment },
    });
    await program.untilSaid('Server listening');
    return { url: `http://localhost:${port}/reports`, program };
  };

  const call = (url: string, token?: string, init: RequestInit = {}): Promise<Response> =>
    fetch(url, { ...init, headers: { ...(token !== undefined && { authorization: `Bearer ${token}` }) } });
  const tokenFor = (audience: string, scope?: string): Promise<string> =>
    service.accessToken(client, { audience, ...(scope !== undefined && { scope }) });
  const managementToken = (scope?: string): Promise<string> => tokenFor(`${proxy.base}/v1`, scope);

  beforeAll(async () => {
    database = await testDatabase();
    proxy = await CountingProxy.start();
    const environment = { DATABASE_URL: database.url, ISSUER: proxy.base, DEFAULT_AUDIENCE: OTHER_AUDIENCE };
    service = await Service.start(environment);
    proxy.target = service.base;
    client = service.quickstart;
    api = await serve();
  }, 40_000);

  beforeEach(() => {
    proxy.failing = 'nothing';
    proxy.forget();
  });

  afterAll(async () => {
    await service.stop();
    proxy.close();
    await database.drop();
  });

  it('are made with the versions that the service itself has', () => {
    const root = manifest('.');
    for (const { dependencies, overrides } of [manifest(SERVER), manifest(CLIENT)]) {
      expect({ ...root.devDependencies, ...root.dependencies }).toMatchObject(dependencies);
      expect(root.overrides).toMatchObject(overrides ?? {});
    }
  });

  describe('the resource server', () => {
    it('takes the quickstart token, and keeps what it is sent', async () => {
      const token = await managementToken();
      const made = await fetch(api.url, {
        method: 'POST',
        headers: { authorization: `bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify({ title: 'Mine' }),
      });
      expect([made.status, await made.json()]).toEqual([201, expect.objectContaining({ clientId: client.id })]);
      const read = await call(api.url, await managementToken('read'));
      expect([read.status, await read.json()]).toEqual([
        200,
        { reports: expect.arrayContaining([expect.objectContaining({ title: 'Mine' })]) },
      ]);
      // Once for all requests of this server's life.
      expect(proxy.count('GET /.well-known/jwks.json')).toBeLessThanOrEqual(1);
    });

    it('challenges whoever shows no token, and says nothing else (RFC 6750 §3.1)', async () => {
      for (const url of [api.url, `${api.url}?access_token=${await managementToken()}`, `${api.url}/nowhere`]) {
        const answer = await call(url);
        expect([answer.status, answer.headers.get('www-authenticate')]).toEqual([401, 'Bearer realm="reports"']);
      }
    });

    const bad: [string, () => Promise<string> | string][] = [
      ['for another audience', () => tokenFor(OTHER_AUDIENCE)],
      ['that expired', () => expired()],
      ['that is garbage', () => 'garbage'],
      ['with a changed claim', async () => changed(await managementToken('read'))],
      ['without a signature', () => new UnsecuredJWT(claims()).setAudience(`${proxy.base}/v1`).encode()],
      ['signed by another key', () => forged('RS256', generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey)],
      ['signed with the public key as a secret', async () => forged('HS256', Buffer.from(await jwks()))],
    ];
    it.each(bad)('refuses a token %s', async (_, make) => {
      const answer = await call(api.url, await make());
      expect([answer.status, answer.headers.get('www-authenticate')]).toEqual([
        401,
        'Bearer realm="reports", error="invalid_token"',
      ]);
    });

    const claims = (): Record<string, string> => ({ iss: proxy.base, sub: client.id, client_id: client.id });
    const jwks = async (): Promise<string> => (await service.get('/.well-known/jwks.json')).text();
    const forged = async (alg: string, key: Parameters<SignJWT['sign']>[0]): Promise<string> => {
      const { keys } = JSON.parse(await jwks()) as { keys: { kid: string }[] };
      return new SignJWT({ ...claims(), scope: 'read' })
        .setProtectedHeader({ alg, typ: 'at+jwt', kid: keys[0]!.kid })
        .setAudience(`${proxy.base}/v1`)
        .setExpirationTime('1h')
        .sign(key);
    };
    const changed = (token: string): string => {
      const [header, payload = '', signature] = token.split('.');
      const said = JSON.parse(Buffer.from(payload, 'base64url').toString()) as object;
      const more = Buffer.from(JSON.stringify({ ...said, scope: 'read write admin' })).toString('base64url');
      return [header, more, signature].join('.');
    };
    /** From another process of the same service, whose tokens live for a second. */
    const expired = async (): Promise<string> => {
      const brief = await Service.start({ DATABASE_URL: database.url, ISSUER: proxy.base, ACCESS_TOKEN_TTL: '1' });
      const token = await brief.accessToken(client, { audience: `${proxy.base}/v1` });
      await brief.stop();
      await new Promise((resolve) => setTimeout(resolve, 1_100));
      return token;
    };

    it('logs that an expired token had expired, and no token', async () => {
      const token = await expired();
      await call(api.url, token);
      await api.program.untilSaid('"exp\\" claim timestamp check failed');
      expect(api.program.output).not.toContain(token.slice(-20));
    });

    it('says which scope is missing (RFC 6750 §3.1)', async () => {
      const answer = await call(api.url, await managementToken('read'), { method: 'POST' });
      expect([answer.status, answer.headers.get('www-authenticate')]).toEqual([
        403,
        'Bearer realm="reports", error="insufficient_scope", scope="write"',
      ]);
    });

    it('has an identifier of its own, which tokens must name to the byte', async () => {
      const [own, bare] = [await serve({ AUDIENCE: OTHER_AUDIENCE }), await serve({ AUDIENCE: 'https://api.example' })];
      const token = await tokenFor(OTHER_AUDIENCE);
      expect((await call(own.url, token)).status).toBe(200);
      expect((await call(own.url, await managementToken())).status).toBe(401);
      expect((await call(bare.url, token)).status).toBe(401);
    });

    it('does not call a token bad because the keys cannot be fetched', async () => {
      const token = await managementToken();
      expect((await call(api.url, token)).status).toBe(200);
      proxy.failing = 'all';
      const fresh = await serve();
      const answer = await call(fresh.url, token);
      expect([answer.status, answer.headers.get('www-authenticate')]).toEqual([503, null]);
      // Who has the keys already does without the issuer.
      expect((await call(api.url, token)).status).toBe(200);
      proxy.failing = 'nothing';
      expect((await call(fresh.url, token)).status).toBe(200);
    });

    it('does not start with keys that come over plain HTTP from elsewhere', async () => {
      const env = { ISSUER: 'http://issuer.example' };
      const program = new Program(process.execPath, ['server.js'], { cwd: SERVER, env });
      expect(await program.exit()).toBe(1);
      expect(program.output).toContain('ISSUER must be https: http://issuer.example');
    });

    it('does not start with a route that names no scope', async () => {
      const source = readFileSync(`${SERVER}/server.js`, 'utf8');
      const open = source.replace("app.get('/reports', { config: { scope: 'read' } }", "app.get('/reports', {}");
      expect(open).not.toBe(source);
      // Below node_modules, so that the packages are found.
      const copy = mkdtempSync('node_modules/.claviger-');
      try {
        writeFileSync(`${copy}/package.json`, '{"type":"module"}');
        writeFileSync(`${copy}/access-token.js`, readFileSync(`${SERVER}/access-token.js`));
        writeFileSync(`${copy}/server.js`, open);
        const program = new Program(process.execPath, ['server.js'], { cwd: copy, env: {} });
        expect(await program.exit()).toBe(1);
        expect(program.output).toContain('/reports names no scope');
      } finally {
        rmSync(copy, { recursive: true });
      }
    });

    const curl = spawnSync('curl', ['--version']).status === 0;
    if (!curl) process.stderr.write("\n*** curl is not installed: the resource server's README is NOT run. ***\n");
    (curl ? it : it.skip)('answers the commands of its README', async () => {
      const [, commands = ''] = commandsOf(SERVER, {
        'CLIENT_ID=…': `CLIENT_ID=${client.id}`,
        'CLIENT_SECRET=…': `CLIENT_SECRET=${client.secret}`,
        'http://localhost:3000': proxy.base,
        'http://localhost:4000/reports': api.url,
      });
      const program = new Program('sh', ['-c', commands], { env: {} });
      expect(await program.exit()).toBe(0);
      expect(program.output).toMatch(/^HTTP\/1\.1 200 OK[^]*\{"reports":\[/m);
    });
  });

  describe('the machine client', () => {
    const run = async (
      environment: Record<string, string> = {},
      secret = client.secret,
    ): Promise<[number | null, string]> => {
      const values = { 'CLIENT_ID=…': `CLIENT_ID=${client.id}`, 'CLIENT_SECRET=…': `CLIENT_SECRET=${secret}` };
      const [start = ''] = commandsOf(CLIENT, values);
      const env = { ISSUER: proxy.base, API_URL: api.url, ...environment };
      const program = new Program('sh', ['-c', start], { cwd: CLIENT, env });
      const code = await program.exit();
      expect(program.output).not.toContain(secret);
      return [code, program.output];
    };

    it('makes a report and reads it, with one token', async () => {
      const [code, output] = await run();
      expect(output).toMatch(/^POST \S+ 201 \{"title":"First report".*\nGET \S+ 200 \{"reports":\[.*"First report"/m);
      expect([code, proxy.count('POST /oauth/token')]).toEqual([0, 1]);
    });

    it('says what the API and the server refuse, and never its secret', async () => {
      expect(await run({ SCOPE: 'read' })).toEqual([1, expect.stringMatching(/^POST \S+ 403/m)]);
      expect(await run({ AUDIENCE: 'nope' })).toEqual([1, expect.stringContaining('invalid_target')]);
      const wrong = `${client.secret.slice(0, -6)}AAAAAA`;
      expect(await run({}, wrong)).toEqual([1, expect.stringContaining('401')]);
      proxy.failing = 'all';
      expect(await run()).toEqual([1, expect.stringContaining('fetch failed')]);
    }, 20_000);

    it('sends nothing over plain HTTP to another machine', async () => {
      expect(await run({ ISSUER: 'http://issuer.example' })).toEqual([1, expect.stringContaining('Not https')]);
      expect(await run({ API_URL: 'http://api.example' })).toEqual([1, expect.stringContaining('Not https')]);
      expect(proxy.seen).toEqual([]);
    });
  });
});
