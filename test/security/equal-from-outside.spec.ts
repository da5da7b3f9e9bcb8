import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { newSetupToken } from '../../src/common/credential/format.js';
import { newId } from '../../src/common/id.js';
import { callService } from '../support/call.js';
import { Service } from '../support/service.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import { Tenants } from '../support/tenants.js';

const ROUNDS = 15;

interface Request {
  who: string | null;
  method: string;
  path: string;
  body?: unknown;
  headers?: Record<string, string>;
}

/** What is another tenant's and what is nobody's take the same way: the same answer by the same statements. */
describe('equal from outside', () => {
  let tenants: Tenants;
  let pool: TcpProxy;
  let service: Service;
  let db: pg.Client;
  const foreign = { client: '', user: '', secret: '', setupToken: '' };

  beforeAll(async () => {
    tenants = await Tenants.start({ RATE_LIMIT_MAX: '0' });
    const { url } = tenants.database;
    pool = await TcpProxy.to(Number(new URL(url).port));
    service = await Service.start({
      DATABASE_URL: pool.through(url),
      DATABASE_LISTEN_URL: url,
      ISSUER: tenants.service.base,
      RATE_LIMIT_MAX: '0',
    });
    await tenants.person('acmeAdmin', 'account_admin', 'acme');
    foreign.user = (await tenants.person('stranger', 'account_admin', 'other')).id;
    foreign.client = tenants.clients['other.one']!.id;
    const secrets = await tenants.call('admin', 'GET', `/v1/clients/${foreign.client}/secrets`);
    foreign.secret = secrets.body[0].id;
    foreign.setupToken = (await tenants.call('admin', 'POST', `/v1/users/${foreign.user}/setup-token`)).body.setupToken;
    db = new pg.Client(url);
    await db.connect();
    await db.query(`update user_credentials set setup_expires_at = now() - interval '1 hour' where user_id = $1`, [
      foreign.user,
    ]);
  }, 60_000);

  afterAll(async () => {
    await service.stop();
    pool.close();
    await db.end();
    await tenants.stop();
  }, 60_000);

  /** The answer without what is different in each, and how many statements it took: the least, since others write, too. */
  async function measure(
    made: (round: number) => Request,
  ): Promise<{ status: number; body: unknown; statements: number[] }> {
    const counts: number[] = [];
    let last = { status: 0, body: undefined as unknown };
    for (let round = 0; round < ROUNDS; round++) {
      const { who, method, path, body, headers } = made(round);
      const token = who === null ? null : await tenants.tokenOf(who);
      const before = pool.statements;
      const answer = await callService(service, token, method, path, body, headers);
      counts.push(pool.statements - before);
      last = { status: answer.status, body: answer.body && { ...answer.body, requestId: '' } };
    }
    // The service writes observations now and then: the usual count is what the request itself takes.
    const usual = [...counts].sort((a, b) => a - b)[Math.floor(ROUNDS / 2)]!;
    return { ...last, statements: [usual] };
  }

  const unknown = (type: 'cli' | 'usr' | 'ws' | 'sec' | 'acc'): string => newId(type, Date.now());
  const person = { name: 'P', role: 'chat_user' };
  let unique = 0;
  const email = (): string => `p${++unique}@example.com`;

  it.each<[string, () => Request, () => Request]>([
    ...(['GET', 'PATCH'] as const).flatMap((method): [string, () => Request, () => Request][] => {
      const body = method === 'PATCH' ? { name: 'x' } : undefined;
      const at = (path: string, who: string) => () => ({ who, method, path, body });
      return [
        [
          `${method} a client`,
          () => at(`/v1/clients/${foreign.client}`, 'acmeAdmin')(),
          () => at(`/v1/clients/${unknown('cli')}`, 'acmeAdmin')(),
        ],
        [
          `${method} a person`,
          () => at(`/v1/users/${foreign.user}`, 'acmeAdmin')(),
          () => at(`/v1/users/${unknown('usr')}`, 'acmeAdmin')(),
        ],
        [
          `${method} a workspace`,
          () => at(`/v1/workspaces/${tenants.workspaces['other.one']!}`, 'acmeAdmin')(),
          () => at(`/v1/workspaces/${unknown('ws')}`, 'acmeAdmin')(),
        ],
        [
          `${method} an account`,
          () => at(`/v1/accounts/${tenants.accounts.other!}`, 'acmeAdmin')(),
          () => at(`/v1/accounts/${unknown('acc')}`, 'acmeAdmin')(),
        ],
        [
          `${method} a sibling workspace`,
          () => at(`/v1/workspaces/${tenants.workspaces['acme.two']!}`, 'acme.one')(),
          () => at(`/v1/workspaces/${unknown('ws')}`, 'acme.one')(),
        ],
      ];
    }),
    [
      'the end of a client',
      () => ({ who: 'acmeAdmin', method: 'POST', path: `/v1/clients/${foreign.client}/deactivate` }),
      () => ({ who: 'acmeAdmin', method: 'POST', path: `/v1/clients/${unknown('cli')}/deactivate` }),
    ],
    [
      'the rotation of a client, repeatable',
      () => ({
        who: 'acmeAdmin',
        method: 'POST',
        path: `/v1/clients/${foreign.client}/rotate`,
        headers: { 'idempotency-key': 'k' },
      }),
      () => ({
        who: 'acmeAdmin',
        method: 'POST',
        path: `/v1/clients/${unknown('cli')}/rotate`,
        headers: { 'idempotency-key': 'k' },
      }),
    ],
    [
      'a secret',
      () => ({ who: 'acmeAdmin', method: 'DELETE', path: `/v1/clients/${foreign.client}/secrets/${foreign.secret}` }),
      () => ({ who: 'acmeAdmin', method: 'DELETE', path: `/v1/clients/${unknown('cli')}/secrets/${unknown('sec')}` }),
    ],
    [
      'a setup token for somebody',
      () => ({ who: 'acmeAdmin', method: 'POST', path: `/v1/users/${foreign.user}/setup-token` }),
      () => ({ who: 'acmeAdmin', method: 'POST', path: `/v1/users/${unknown('usr')}/setup-token` }),
    ],
    [
      'clients of a workspace',
      () => ({
        who: 'acmeAdmin',
        method: 'POST',
        path: `/v1/workspaces/${tenants.workspaces['other.one']!}/clients`,
        body: { name: 'x', role: 'chat_user' },
      }),
      () => ({
        who: 'acmeAdmin',
        method: 'POST',
        path: `/v1/workspaces/${unknown('ws')}/clients`,
        body: { name: 'x', role: 'chat_user' },
      }),
    ],
    [
      'a workspace in a body',
      () => ({
        who: 'acmeAdmin',
        method: 'POST',
        path: `/v1/accounts/${tenants.accounts.acme!}/users`,
        body: { ...person, email: email(), workspaceId: tenants.workspaces['other.one']! },
      }),
      () => ({
        who: 'acmeAdmin',
        method: 'POST',
        path: `/v1/accounts/${tenants.accounts.acme!}/users`,
        body: { ...person, email: email(), workspaceId: unknown('ws') },
      }),
    ],
    [
      'X-User-Id',
      () => ({ who: 'acme', method: 'GET', path: '/v1/account', headers: { 'x-user-id': foreign.user } }),
      () => ({ who: 'acme', method: 'GET', path: '/v1/account', headers: { 'x-user-id': unknown('usr') } }),
    ],
    [
      'a name to sign in with',
      () => ({
        who: null,
        method: 'POST',
        path: '/auth/login',
        body: { username: 'stranger@example.com', password: 'a wrong password' },
      }),
      () => ({
        who: null,
        method: 'POST',
        path: '/auth/login',
        body: { username: email(), password: 'a wrong password' },
      }),
    ],
    [
      'a setup token',
      () => ({
        who: null,
        method: 'POST',
        path: '/auth/password',
        body: { setupToken: foreign.setupToken, password: 'a password to be set' },
      }),
      () => ({
        who: null,
        method: 'POST',
        path: '/auth/password',
        body: { setupToken: newSetupToken('cv'), password: 'a password to be set' },
      }),
    ],
    [
      'a role',
      () => ({
        who: 'acmeAdmin',
        method: 'POST',
        path: `/v1/workspaces/${tenants.workspaces['acme.one']!}/clients`,
        body: { name: 'x', role: 'platform_admin' },
      }),
      () => ({
        who: 'acmeAdmin',
        method: 'POST',
        path: `/v1/workspaces/${tenants.workspaces['acme.one']!}/clients`,
        body: { name: 'x', role: 'account_admin' },
      }),
    ],
  ])(
    '%s',
    async (name, theirs, nobodys) => {
      const [one, other] = [await measure(theirs), await measure(nobodys)];
      // A role is known to all; what differs is only how it is refused.
      if (name === 'a role') expect(one.statements).toEqual(other.statements);
      else expect(one).toEqual(other);
      expect(one.status).toBeGreaterThanOrEqual(400);
    },
    60_000,
  );
});
