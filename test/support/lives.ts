import { type INestApplicationContext } from '@nestjs/common';
import pg from 'pg';
import { ClientChangeService } from '../../src/clients/client-change.service.js';
import { ClientsService } from '../../src/clients/clients.service.js';
import { type Origin, type Standing, SYSTEM } from '../../src/common/access/principal.js';
import { Precondition } from '../../src/common/precondition.js';
import { UnitOfWork } from '../../src/database/unit-of-work.js';
import { type ResourceServer } from '../../src/resource-servers/resource-server.entity.js';
import { ResourceServersService } from '../../src/resource-servers/resource-servers.service.js';
import { RevocationsService } from '../../src/revocations/revocations.service.js';
import { PasswordsService } from '../../src/users/passwords.service.js';
import { OWN_TURN } from '../../src/rate-limit/turn.js';
import { UsersService } from '../../src/users/users.service.js';
import { AccountsService } from '../../src/workspaces/accounts.service.js';
import { WorkspacesService } from '../../src/workspaces/workspaces.service.js';
import { application } from './application.js';
import { type TestDatabase, testDatabase } from './test-database.js';

const ORIGIN: Origin = { requestId: 'test', address: '192.0.2.1' };

/** Makes and ends what tokens are issued to, by the service's own services, and looks at the ledger's entries. */
export class Lives {
  private made = 0;
  private readonly further: (() => Promise<void>)[] = [];

  private constructor(
    readonly database: TestDatabase,
    readonly db: pg.Client,
    readonly app: INestApplicationContext,
    private readonly close: () => Promise<void>,
  ) {}

  static async start(environment: Record<string, string>): Promise<Lives> {
    const database = await testDatabase();
    const { app, close } = await application(database.url, environment);
    const db = new pg.Client(database.url);
    await db.connect();
    return new Lives(database, db, app, close);
  }

  /** Another process on the same database. */
  async process(environment: Record<string, string>): Promise<INestApplicationContext> {
    const { app, close } = await application(this.database.url, environment);
    this.further.push(close);
    return app;
  }

  async stop(): Promise<void> {
    await this.db.end();
    for (const close of [...this.further, this.close]) await close();
    await this.database.drop();
  }

  /** A resource server; for administrators of accounts and workspaces. @param ttl seconds; null: the default */
  server(ttl: number | null): Promise<ResourceServer> {
    const identifier = `urn:test:${++this.made}`;
    return this.app.get(ResourceServersService).create(SYSTEM, {
      identifier,
      name: identifier,
      scopes: ['read'],
      roleScopes: new Map(['account_admin', 'workspace_admin'].map((role) => [role, ['read']])),
      signingAlg: 'RS256',
      tokenTtlSeconds: ttl,
    });
  }

  /** Changes a resource server's life of tokens. */
  async setTtl({ id }: ResourceServer, tokenTtlSeconds: number | null): Promise<void> {
    await this.app.get(ResourceServersService).change(SYSTEM, id, { tokenTtlSeconds }, new Precondition());
  }

  async account(): Promise<Standing & { accountId: string }> {
    const made = await this.app.get(AccountsService).create(SYSTEM, { name: 'A', plan: 'pro' });
    return { level: 'account', accountId: made.object.id, workspaceId: null };
  }

  async workspace(accountId: string): Promise<Standing & { accountId: string; workspaceId: string }> {
    const slug = `w${++this.made}`;
    const made = await this.app.get(WorkspacesService).create(SYSTEM, { accountId, name: slug, slug });
    return { level: 'workspace', accountId, workspaceId: made.object.id };
  }

  /** An administrator's client, and its secret. */
  async client(owner: Standing, ...servers: ResourceServer[]): Promise<{ id: string; secret: string }> {
    const role = { account: 'account_admin', workspace: 'workspace_admin', platform: 'platform_admin' }[owner.level];
    const audiences = servers.map(({ id }) => id);
    const input = { name: 'C', role, owner, audiences, defaultAudience: null };
    const { client, secret } = await this.app.get(ClientsService).create(SYSTEM, input);
    return { id: client.id, secret };
  }

  /** Gives a client other audiences. */
  async setAudiences(id: string, ...servers: ResourceServer[]): Promise<void> {
    const audiences = servers.map(({ identifier }) => identifier);
    await this.app.get(ClientChangeService).change(SYSTEM, id, { audiences }, new Precondition());
  }

  async endClient(id: string): Promise<void> {
    await this.app.get(ClientsService).deactivate(SYSTEM, id);
  }

  /** Somebody with a role of the place's level. */
  async person({ accountId, workspaceId }: Standing): Promise<{ id: string; setupToken: string }> {
    const email = `p${++this.made}@example.com`;
    const role = workspaceId === null ? 'account_admin' : 'chat_user';
    const input = { accountId: accountId!, workspaceId, email, name: 'P', role };
    const { object, setupToken } = await this.app.get(UsersService).create(SYSTEM, input);
    return { id: object.id, setupToken: setupToken! };
  }

  /** The same, who has set a password. */
  async signer(place: Standing): Promise<{ id: string }> {
    const { id, setupToken } = await this.person(place);
    await this.setPassword(setupToken);
    return { id };
  }

  async setPassword(setupToken: string): Promise<void> {
    await this.app.get(PasswordsService).setUp(setupToken, 'a password that nobody guesses', ORIGIN, OWN_TURN);
  }

  /** Cuts a subject, as whatever ends it does. */
  async cut(kind: 'client' | 'user' | 'workspace' | 'account' | 'issuer', id: string): Promise<void> {
    await this.app.get(UnitOfWork).run(SYSTEM, (tx) => {
      this.app.get(RevocationsService).cut(tx, kind, id);
      return Promise.resolve();
    });
  }

  /** For how many seconds the entry of a cut lives, from its position; null where there is none. */
  async life(subject: string): Promise<number | null> {
    const { rows } = await this.db.query<{ life: number }>(
      `select round(extract(epoch from expires_at) - position / 1000.0)::int as life
       from ledger_entries where kind = 'cut' and subject = $1`,
      [subject],
    );
    return rows[0]?.life ?? null;
  }

  /** When the entry of a cut leaves, epoch milliseconds. */
  async expiry(subject: string): Promise<number> {
    const { rows } = await this.db.query<{ ms: string }>(
      `select extract(epoch from expires_at) * 1000 as ms from ledger_entries where kind = 'cut' and subject = $1`,
      [subject],
    );
    return Number(rows[0]?.ms ?? 0);
  }
}
