// A stranger's minute: twenty connections send the worst inputs to every public endpoint, while a known client asks for
// tokens. Says whether it got them all, and how long they took beside an undisturbed while before.
// node test/load/strangers-minute.mjs [seconds]   (the loopback only; ends by itself)
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const seconds = Math.min(Number(process.argv[2] ?? 60), 120);
const CONNECTIONS = 20;
const PORT = 4899;

const directory = await mkdtemp(join(tmpdir(), 'claviger-stranger-'));
const env = { PATH: process.env.PATH, PORT: String(PORT), DATA_DIR: directory, LOG_LEVEL: 'fatal' };
const service = spawn(process.execPath, ['dist/main.js'], { env, stdio: ['ignore', 'pipe', 'inherit'] });
let output = '';
service.stdout.on('data', (data) => (output += data));
while (!output.includes('Claviger is ready')) await new Promise((resolve) => setTimeout(resolve, 100));
const shown = (name) => new RegExp(`${name}\\s+(\\S+)`).exec(output)[1];
const basic = `Basic ${Buffer.from(`${shown('clientId')}:${shown('clientSecret')}`).toString('base64')}`;

function send(agent, method, path, headers = {}, body = '') {
  return new Promise((resolve) => {
    const sent = request({ port: PORT, host: '127.0.0.1', method, path, headers, agent }, (answer) => {
      answer.resume().on('end', () => resolve(answer.statusCode));
      answer.on('error', () => resolve(0));
    });
    sent.on('error', () => resolve(0));
    sent.end(body);
  });
}

const json = { 'content-type': 'application/json' };
const form = { 'content-type': 'application/x-www-form-urlencoded' };
const words = 'password'.repeat(7000);
const accents = 'a' + '\u0301\u0316'.repeat(15_000);
const nested = (depth) => '['.repeat(depth) + ']'.repeat(depth);
const jwt = (size) => `eyJhbGciOiJSUzI1NiIsInR5cCI6ImF0K2p3dCIsImtpZCI6IngifQ.${'A'.repeat(size)}.${'B'.repeat(342)}`;
const stranger = () => Math.random().toString(36).slice(2);
const ulid = () =>
  Array.from(
    { length: 26 },
    (_, i) => '0123456789ABCDEFGHJKMNPQRSTVWXYZ'[Math.floor(Math.random() * (i ? 32 : 8))],
  ).join('');

const ATTACKS = [
  () => ['POST', '/auth/password', json, JSON.stringify({ setupToken: 'x', password: `${words.slice(0, 249)}X` })],
  () => ['POST', '/auth/password', json, JSON.stringify({ setupToken: 'x', password: accents })],
  () => ['POST', '/auth/password', json, JSON.stringify({ setupToken: 'x', password: words })],
  () => [
    'POST',
    '/auth/login',
    json,
    JSON.stringify({ username: `${stranger()}@x.y`, password: 'a password of nobody' }),
  ],
  () => ['POST', '/auth/login', json, JSON.stringify({ username: accents, password: accents })],
  () => ['POST', '/oauth/token', { 'content-type': `application/x-www-form-urlencoded${' '.repeat(12_000)}x` }, 'a=b'],
  () => [
    'POST',
    '/oauth/token',
    { ...form, authorization: `Basic ${Buffer.from(`cli_${ulid()}:x`).toString('base64')}` },
    'grant_type=client_credentials',
  ],
  () => [
    'POST',
    '/oauth/token',
    { ...form, authorization: `Basic ${'A'.repeat(12_000)}` },
    'grant_type=client_credentials',
  ],
  () => ['POST', '/oauth/token', form, 'a=&'.repeat(20_000)],
  () => ['POST', '/oauth/token', form, `scope=${'a+'.repeat(30_000)}`],
  () => ['POST', '/oauth/token', json, nested(30_000)],
  () => ['POST', '/oauth/token', json, `{${'"a":1,'.repeat(9000)}"b":2}`],
  () => ['POST', '/oauth/token', json, `{"__proto__":${nested(20)},"constructor":{}}`],
  () => ['POST', '/auth/login', json, nested(30_000)],
  () => ['GET', '/v1/whoami', { authorization: `Bearer ${jwt(12_000)}` }],
  () => ['GET', '/v1/whoami', { authorization: `Bearer ${'.'.repeat(12_000)}` }],
  () => ['GET', '/v1/whoami', { 'x-api-key': 'x'.repeat(12_000) }],
  () => ['POST', '/auth/logout', { authorization: `Bearer ${jwt(300)}` }],
  () => ['GET', `/v1/accounts?${'a&'.repeat(6000)}`],
  () => ['GET', `/.well-known/jwks.json?rs=${'x'.repeat(8000)}`, { 'if-none-match': 'W/"x",'.repeat(1500) }],
  () => ['GET', '/.well-known/oauth-authorization-server'],
  () => ['GET', '/.well-known/openid-configuration'],
  () => ['GET', '/openapi.json'],
  () => ['GET', '/docs/'],
  () => ['GET', `/${'%2e'.repeat(4000)}`],
  () => ['GET', '/health/ready', { 'x-forwarded-for': '1.1.1.1,'.repeat(1500) }],
  () => ['OPTIONS', '/oauth/token'],
];

async function tokens(forSeconds) {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const end = performance.now() + forSeconds * 1000;
  const times = [];
  let refused = 0;
  while (performance.now() < end) {
    const asked = performance.now();
    const status = await send(
      agent,
      'POST',
      '/oauth/token',
      { ...form, authorization: basic },
      'grant_type=client_credentials',
    );
    times.push(performance.now() - asked);
    if (status !== 200) refused += 1;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  agent.destroy();
  times.sort((a, b) => a - b);
  const at = (share) => times[Math.floor(times.length * share)].toFixed(1);
  return { tokens: times.length, refused, p50: at(0.5), p99: at(0.99), most: at(0.9999) };
}

const statuses = new Map();
async function attack(until) {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  while (performance.now() < until) {
    const status = await send(agent, ...ATTACKS[Math.floor(Math.random() * ATTACKS.length)]());
    statuses.set(status, (statuses.get(status) ?? 0) + 1);
  }
  agent.destroy();
}

try {
  await tokens(2);
  const quiet = await tokens(Math.min(seconds, 15));
  const until = performance.now() + seconds * 1000;
  const attacks = Promise.all(Array.from({ length: CONNECTIONS }, () => attack(until)));
  const disturbed = await tokens(seconds);
  await attacks;
  console.log('undisturbed', quiet);
  console.log('disturbed  ', disturbed);
  console.log('strangers  ', Object.fromEntries([...statuses].sort(([a], [b]) => a - b)));
  process.exitCode = disturbed.refused === 0 && !statuses.has(500) && service.exitCode === null ? 0 : 1;
} finally {
  const ended = once(service, 'exit');
  service.kill('SIGTERM');
  await ended;
  await rm(directory, { recursive: true, force: true });
}
