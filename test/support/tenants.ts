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

/** A person who can sign in. */
export interface Person {
  id: string;
  email: string;
  password: string;
}

/** Of the platform's administrator, who is `people.admin`. */
const ADMIN_PASSWORD = 'the first of the people';

/**
 * A service with two accounts, `acme` and `other`, of two workspaces each, `acme.one` and so on, and clients to call
 * with: `platform`, `acme` (account_admin), `acme.one` (workspace_admin), `acme.one.reader` (chat_user), `acme.one.writer`
 * (content_manager), and the same of `other`. The person to call with is `admin`, of the platform; `person` makes more.
 */
export class Tenants {
  readonly accounts: Record<string, string> = {};
  readonly workspaces: Record<string, string> = {};
  readonly clients: Record<string, { id: string; secret: string }> = {};
  readonly people: Record<string, Person> = {};
  private readonly tokens = new Map<string, string>();

  private constructor(
    readonly database: TestDatabase,
    readonly service: Service,
  ) {}

  static async start(environment: Record<string, string> = {}): Promise<Tenants> {
    const database = await testDatabase();
    const service = await Service.start({ DATABASE_URL: database.url, ADMIN_PASSWORD, ...environment });
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
    const known = this.tokens.get(who);
    if (known !== undefined) return known;
    const client = this.clients[who];
    const person = this.people[who];
    if (!client && !person) return who;
    const token = client ? await this.service.accessToken(client) : await this.signIn(person!);
    this.tokens.set(who, token);
    return token;
  }

  /** A new token of a person's. */
  async signIn({ email, password }: Pick<Person, 'email' | 'password'>, account?: string): Promise<string> {
    const body = { username: email, password, ...(account !== undefined && { account_id: account }) };
    const { status, body: answer } = await this.call(null, 'POST', '/auth/login', body);
    if (status !== 200) throw new Error(`${email} could not sign in: ${status}`);
    return answer.access_token as string;
  }

  /** Waits until a token is refused: a cut is in force within a second. @throws Error after five */
  async untilDead(token: string): Promise<void> {
    for (const deadline = Date.now() + 5000; Date.now() < deadline;) {
      if ((await this.call(token, 'GET', '/v1/whoami')).status === 401) return;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error('The token is still alive');
  }

  /**
   * Makes a person who has set a password, to call with by this name.
   * @param place an account, or a workspace such as `acme.one` for a role of workspace level
   */
  async person(name: string, role: string, place: string): Promise<Person> {
    const [account = ''] = place.split('.');
    const email = `${name}@example.com`.toLowerCase();
    const workspaceId = this.workspaces[place];
    const body = { email, name, role, ...(workspaceId !== undefined && { workspaceId }) };
    const made = await this.call('admin', 'POST', `/v1/accounts/${this.accounts[account]!}/users`, body);
    const password = `${name} has a long password`;
    const { setupToken } = made.body;
    const set = await this.call(null, 'POST', '/auth/password', { setupToken, password });
    if (set.status !== 204)
      throw new Error(`${name} could not set a password: ${JSON.stringify([made.body, set.body])}`);
    return (this.people[name] = { id: made.body.id, email, password });
  }

  private async make(environment: Record<string, string>): Promise<void> {
    const { app, close } = await application(this.database.url, environment);
    const management = (await app.get(OwnerAccess).repository(ResourceServerRepository).findManagement())!.id;
    const client = async (name: string, role: string, owner: Standing): Promise<void> => {
      const input = { name, role, owner, audiences: [management], defaultAudience: management };
      const made = await app.get(ClientsService).create(SYSTEM, input);
      this.clients[name] = { id: made.client.id, secret: made.secret };
    };
    this.people.admin = { id: '', email: 'admin@localhost', password: ADMIN_PASSWORD };
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
