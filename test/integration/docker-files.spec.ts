import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { AppConfig } from '../../src/config/app-config.js';
import { environmentSchema } from '../../src/config/environment.js';
import { APP_ROLE } from '../../src/database/app-role.js';

const read = (name: string): string => readFileSync(name, 'utf8');
const dockerfile = read('docker/Dockerfile');
const compose = read('docker/compose.yaml');
const caddyfile = read('docker/Caddyfile');

const KNOWN = [...Object.keys(environmentSchema.shape), 'UV_THREADPOOL_SIZE'];
/** What docker/.env must hold, as docs/operations.md makes it. */
const SECRETS: Record<string, string> = {
  KEY_ENCRYPTION_KEY: randomBytes(32).toString('base64'),
  DATABASE_PASSWORD: randomBytes(24).toString('hex'),
};

const found = (text: string, pattern: RegExp): string => {
  const value = pattern.exec(text)?.[1];
  if (value === undefined) throw new Error(`${pattern.source} is not there`);
  return value;
};

/** The variables of the image: `ENV A=1 \ B=2`. */
function imageEnvironment(): Record<string, string> {
  const block = found(dockerfile, /^ENV ((?:.*\\\n)*.*)$/m);
  return Object.fromEntries(block.split(/[\s\\]+/).map((pair) => pair.split('=') as [string, string]));
}

/** The variables of the replicas, with `${NAME:-default}` and `${NAME:?words}` put in. */
function composeEnvironment(): Record<string, string> {
  const block = found(compose, /^x-claviger:[\s\S]*?^ {2}environment:\n((?: {4}.*\n)+)/m);
  const lines = [...block.matchAll(/^ {4}([A-Z_]+): (.*)$/gm)];
  const interpolate = (text: string): string =>
    text.replace(/\$\{([A-Z_]+):([-?])([^}]*)\}/g, (_, name: string, kind: string, rest: string) =>
      kind === '-' ? rest : (SECRETS[name] ?? 'missing'),
    );
  return Object.fromEntries(lines.map(([, name = '', value = '']) => [name, interpolate(value)]));
}

describe('the image', () => {
  it('sets variables that the service reads, and nothing secret', () => {
    const names = Object.keys(imageEnvironment());

    expect(names).toEqual(expect.arrayContaining(['NODE_ENV', 'HOST']));
    expect(names.filter((name) => !KNOWN.includes(name))).toEqual([]);
    expect(names.filter((name) => /KEY|URL|SECRET|PASSWORD/.test(name))).toEqual([]);
  });

  it('copies only what the allow-list lets it see', () => {
    const [first, ...allowed] = read('.dockerignore')
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'));
    const sources = [...dockerfile.matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(([, list = '']) => list.split(' '));

    expect(first).toBe('*');
    expect(allowed.map((line) => line.replace('./', '')).sort()).toEqual(
      [...new Set(sources)].map((s) => `!${s}`).sort(),
    );
    expect(sources.filter((source) => !existsSync(source))).toEqual([]);
  });

  it('ends as a numbered user who is not root', () => {
    expect([...dockerfile.matchAll(/^USER (.*)$/gm)].map(([, user]) => user)).toEqual(['1000:1000']);
  });
});

describe('the compose file', () => {
  it('gives the replicas variables that production accepts', () => {
    const environment = { ...imageEnvironment(), ...composeEnvironment() };

    expect(Object.keys(environment).filter((name) => !KNOWN.includes(name))).toEqual([]);
    expect(AppConfig.fromEnvironment(environment)).toMatchObject({
      production: true,
      requireHttps: true,
      host: '0.0.0.0',
      trustedProxies: [found(compose, /ipv4_address: (\S+)/)],
    });
  });

  it('leaves the replicas the time that their end takes', () => {
    const { shutdownDelaySeconds } = AppConfig.fromEnvironment(composeEnvironment());
    const requestTimeout = Number(found(read('src/app.setup.ts'), /requestTimeout: (\d+)_000/));

    expect(Number(found(compose, /stop_grace_period: (\d+)s/))).toBeGreaterThan(shutdownDelaySeconds + requestTimeout);
    expect(Number(found(caddyfile, /health_interval (\d+)s/))).toBeLessThan(shutdownDelaySeconds);
  });

  it('lets the proxy close an idle connection before the service does', () => {
    const keepAlive = Number(found(read('src/app.setup.ts'), /keepAliveTimeout: (\d+)_000/));

    expect(Number(found(caddyfile, /keepalive (\d+)s/))).toBeLessThan(keepAlive);
  });

  it('names the same replicas as the proxy', () => {
    const replicas = [...compose.matchAll(/^ {2}(\S+): \*claviger$/gm)].map(([, name]) => name);

    expect(replicas).toHaveLength(2);
    expect(found(caddyfile, /reverse_proxy (.*) \{/).split(' ')).toEqual(replicas.map((name) => `${name}:3000`));
  });
});

describe('the database of the composition', () => {
  const sql = read('docker/database.sql');

  it('has the role that the service looks for', () => {
    expect(sql).toContain(`select\n  ${APP_ROLE} as role\n`);
    expect(read('docs/operations.md')).toContain(`SELECT ${APP_ROLE.slice(1, -1)} AS role \\gset`);
    expect(sql.indexOf('\\connect claviger')).toBeLessThan(sql.indexOf(APP_ROLE));
    expect(sql).toContain('grant :role to claviger with inherit false, set true;');
  });

  it('lets nobody connect but its login', () => {
    expect(sql).toContain('revoke all on database claviger from public;');
  });
});

describe('the health check', () => {
  let server: Server | undefined;
  afterEach(() => {
    server?.close();
  });

  async function listen(answer: (path: string) => number): Promise<string> {
    server = createServer((request, response) => response.writeHead(answer(request.url ?? '')).end());
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return String((server.address() as AddressInfo).port);
  }

  async function check(aspect: string, env: Record<string, string>): Promise<number> {
    const child = spawn(process.execPath, ['docker/healthcheck.mjs', aspect], { env, stdio: 'ignore' });
    const [code] = (await once(child, 'exit')) as [number];
    return code;
  }

  it.each([
    ['live', 'https://h', '/health/live'],
    ['ready', 'https://h/', '/health/ready'],
    ['ready', 'https://h/t1', '/t1/health/ready'],
  ])('asks %s of the issuer %s at %s', async (aspect, ISSUER, path) => {
    const PORT = await listen((asked) => (asked === path ? 200 : 404));

    expect(await check(aspect, { PORT, ISSUER, HOST: '0.0.0.0' })).toBe(0);
  });

  it('fails where the answer is another, and where there is none', async () => {
    const PORT = await listen(() => 503);
    expect(await check('ready', { PORT })).toBe(1);

    server?.close();
    expect(await check('ready', { PORT })).toBe(1);
  });
});
