import { expect } from '@jest/globals';
import pg from 'pg';
import { SYSTEM } from '../../src/common/access/principal.js';
import { ResourceServersService } from '../../src/resource-servers/resource-servers.service.js';
import { application } from './application.js';
import { Service } from './service.js';
import { type Answer } from './call.js';
import { Tenants } from './tenants.js';

/** Resource servers that `Clients.start` registers. */
export const REPORTS = 'urn:test:reports';
export const OTHERS = 'urn:test:others';

/**
 * Tenants with two services on one database and issuer: `service` lets machines make clients, `strict` does not. There
 * are two resource servers: REPORTS gives scopes to content_manager, agent_manager (also `export`), account_admin, and none
 * to billing_admin; OTHERS knows content_manager alone.
 */
export class Clients {
  private constructor(
    readonly tenants: Tenants,
    readonly strict: Service,
    readonly db: pg.Client,
  ) {}

  static async start(environment: Record<string, string> = {}): Promise<Clients> {
    const tenants = await Tenants.start({ CREDENTIAL_CREATION: 'any', ...environment });
    const ISSUER = tenants.service.base;
    const strict = await Service.start({ DATABASE_URL: tenants.database.url, ISSUER });
    const db = new pg.Client(tenants.database.url);
    await db.connect();
    const { app, close } = await application(tenants.database.url, { ISSUER });
    const register = (identifier: string, roleScopes: [string, string[]][]): Promise<unknown> =>
      app.get(ResourceServersService).create(SYSTEM, {
        identifier,
        name: identifier,
        scopes: ['read', 'write', 'export'],
        signingAlg: 'RS256',
        roleScopes: new Map(roleScopes),
      });
    await register(REPORTS, [
      ['content_manager', ['read', 'write']],
      ['agent_manager', ['read', 'write', 'export']],
      ['account_admin', ['read']],
      ['billing_admin', []],
    ]);
    await register(OTHERS, [['content_manager', ['read']]]);
    await close();
    return new Clients(tenants, strict, db);
  }

  async stop(): Promise<void> {
    await this.db.end();
    await this.strict.stop();
    await this.tenants.stop();
  }

  /** Calls the service that lets machines make clients. */
  call(...args: Parameters<Tenants['call']>): Promise<Answer> {
    return this.tenants.call(...args);
  }

  /** Calls the one that does not. */
  strictly(who: string, method: string, path: string, body?: unknown): Promise<Answer> {
    return this.tenants.call(who, method, path, body, {}, this.strict.base);
  }

  /** The path of a tenant's clients: `platform`, `acme`, `acme.one`. */
  at(place: string): string {
    if (place === 'platform') return '/v1/clients';
    if (place.includes('.')) return `/v1/workspaces/${this.tenants.workspaces[place]!}/clients`;
    return `/v1/accounts/${this.tenants.accounts[place]!}/clients`;
  }

  /** Makes a client, by default a content_manager in a workspace. */
  async make(who: string, place: string, body: object = {}): Promise<Answer['body']> {
    const role = place.includes('.') ? { role: 'content_manager' } : {};
    const made = await this.call(who, 'POST', this.at(place), { name: 'job', ...role, ...body });
    expect([made.status, made.body.message]).toEqual([201, undefined]);
    return made.body;
  }

  /** Asks for a token until it is answered so. */
  async untilToken(client: { id: string; secret: string }, status: number): Promise<void> {
    await until(async () => (await this.tenants.service.token(client)).status, status);
  }

  /** Calls with a token until it is answered so. */
  async untilAlive(token: string, status: number): Promise<void> {
    await until(async () => (await this.call(token, 'GET', '/v1/whoami')).status, status);
  }

  /** How often a client's tokens were cut: the position of the last cut, or null. */
  async lastCut(id: string): Promise<string | null> {
    const { rows } = await this.db.query<{ position: string }>(
      'select position from ledger_entries where subject = $1',
      [`client:${id}`],
    );
    return rows[0]?.position ?? null;
  }
}

/** The id and secret of a client that was made or rotated. */
export function credentials(made: Answer['body']): { id: string; secret: string } {
  return { id: made.clientId, secret: made.clientSecret };
}

/** The path of a client. */
export function clientPath(id: string): string {
  return `/v1/clients/${id}`;
}

/** Asks until the answer is the one that is waited for, 5 s at most. */
export async function until<T>(ask: () => Promise<T>, wanted: T): Promise<void> {
  const deadline = Date.now() + 5000;
  let answer = await ask();
  while (JSON.stringify(answer) !== JSON.stringify(wanted) && Date.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    answer = await ask();
  }
  expect(answer).toEqual(wanted);
}
