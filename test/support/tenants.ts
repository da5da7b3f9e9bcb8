import { ClientsService } from '../../src/clients/clients.service.js';
import { type Standing, SYSTEM } from '../../src/common/access/principal.js';
import { OwnerAccess } from '../../src/database/owner-access.js';
import { ResourceServerRepository } from '../../src/resource-servers/resource-server.repository.js';
import { AccountsService } from '../../src/workspaces/accounts.service.js';
import { WorkspacesService } from '../../src/workspaces/workspaces.service.js';
import { application } from './application.js';
import { type Answer, callService } from './call.js';
import { Service } from './service.js';
import { type TestDatabase, testDatabase } from './test-database.js';

/**
 * A service with two accounts, `acme` and `other`, of two workspaces each, `acme.one` and so on, and clients to call
 * with: `platform`, `acme` (account_admin), `acme.one` (workspace_admin), `acme.one.reader` (chat_user), `acme.one.writer`
 * (content_manager), and the same of `other`.
 */
export class Tenants {
  readonly accounts: Record<string, string> = {};
  readonly workspaces: Record<string, string> = {};
  readonly clients: Record<string, { id: string; secret: string }> = {};
  private readonly tokens = new Map<string, string>();

  private constructor(
    readonly database: TestDatabase,
    readonly service: Service,
  ) {}

  static async start(environment: Record<string, string> = {}): Promise<Tenants> {
    const database = await testDatabase();
    const service = await Service.start({ DATABASE_URL: database.url, ...environment });
    const tenants = new Tenants(database, service);
    await tenants.make({ ...environment, ISSUER: service.base });
    return tenants;
  }

  async stop(): Promise<void> {
    await this.service.stop();
    await this.database.drop();
  }

  /**
   * Calls the management API.
   * @param who a client's name, a bearer token, or null for nobody
   * @param base of another service on the same database and issuer
   */
  async call(
    who: string | null,
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
    base = this.service.base,
  ): Promise<Answer> {
    return callService({ base }, who === null ? null : await this.tokenOf(who), method, path, body, headers);
  }

  /** A token of a client by its name, kept; what is no client's name is a token itself. */
  async tokenOf(who: string): Promise<string> {
    const client = this.clients[who];
    if (!client) return who;
    const known = this.tokens.get(who);
    if (known !== undefined) return known;
    const token = await this.service.accessToken(client);
    this.tokens.set(who, token);
    return token;
  }

  private async make(environment: Record<string, string>): Promise<void> {
    const { app, close } = await application(this.database.url, environment);
    const management = (await app.get(OwnerAccess).repository(ResourceServerRepository).findManagement())!.id;
    const client = async (name: string, role: string, owner: Standing): Promise<void> => {
      const input = { name, role, owner, audiences: [management], defaultAudience: management };
      const made = await app.get(ClientsService).create(SYSTEM, input);
      this.clients[name] = { id: made.client.id, secret: made.secret };
    };
    await client('platform', 'platform_admin', { level: 'platform', accountId: null, workspaceId: null });
    for (const account of ['acme', 'other']) {
      const accountId = (await app.get(AccountsService).create(SYSTEM, { name: account, plan: 'pro' })).object.id;
      this.accounts[account] = accountId;
      await client(account, 'account_admin', { level: 'account', accountId, workspaceId: null });
      for (const slug of ['one', 'two']) {
        const made = await app.get(WorkspacesService).create(SYSTEM, { accountId, name: slug, slug });
        const name = `${account}.${slug}`;
        const owner: Standing = { level: 'workspace', accountId, workspaceId: made.object.id };
        this.workspaces[name] = made.object.id;
        await client(name, 'workspace_admin', owner);
        await client(`${name}.reader`, 'chat_user', owner);
        await client(`${name}.writer`, 'content_manager', owner);
      }
    }
    await close();
  }
}
