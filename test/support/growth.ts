import { decodeJwt } from 'jose';
import { type Answer } from './call.js';
import { type Tenants } from './tenants.js';

/** A resource server at which roles have scopes. */
export const REPORTS = 'urn:growth:reports';

/** What a caller may use: a token of a person or of a machine. */
export interface Credential {
  kind: 'person' | 'machine';
  token: string;
}

/** The caller and what it came to hold: later acts use all of it. */
export interface Holder {
  name: string;
  credentials: Credential[];
  made: { userId?: string; role?: string; clientId?: string };
}

/** What somebody can do with what they hold. */
export interface Power {
  person: boolean;
  machines: number;
  /** Level, account and workspace of each credential. */
  reach: Set<string>;
  scopes: Set<string>;
}

export type Act = (holder: Holder) => Promise<void>;

/** Every way in which power can grow, of oneself or of another, in the tenant `acme` and its workspace `acme.one`. */
export class Growth {
  private unique = 0;
  private signingIn: Promise<unknown> = Promise.resolve();
  private readonly becoming = new Set<string>();
  private readonly account: string;
  private readonly workspace: string;
  private readonly management: string;

  /**
   * @param keptClientId a client of the role `exporter`, which the platform keeps
   * @param targetClientId a client of the workspace that nobody uses
   */
  constructor(
    private readonly tenants: Tenants,
    private readonly keptClientId: string,
    private readonly targetClientId: string,
  ) {
    this.account = tenants.accounts.acme!;
    this.workspace = tenants.workspaces['acme.one']!;
    this.management = `${tenants.service.base}/v1`;
  }

  readonly acts: Record<string, Act> = {
    'makes a harmless role': (holder) => this.role(holder, { level: 'workspace', scopes: ['read'] }),
    'makes a role of the platform': (holder) => this.role(holder, { level: 'platform', scopes: ['admin'] }),
    'widens a role': (holder) =>
      this.patch(holder, `/v1/roles/${holder.made.role ?? this.theirs(holder, 'ops')}`, { scopes: ['read', 'write'] }),
    'widens the role to admin': (holder) =>
      this.patch(holder, `/v1/roles/${holder.made.role ?? 'x'}`, { scopes: ['admin'] }),
    'lets more give a role': (holder) =>
      this.patch(holder, `/v1/roles/${holder.made.role ?? this.theirs(holder, 'exporter')}`, {
        assignableBy: 'workspace',
        scopes: ['read'],
      }),
    'makes a person': (holder) => this.person(holder, holder.made.role ?? 'chat_user', this.workspace),
    'makes an administrator': (holder) => this.person(holder, 'account_admin'),
    'makes one of the platform': (holder) => this.person(holder, 'platform_admin'),
    'makes one of a role that is kept': (holder) => this.person(holder, 'exporter', this.workspace),
    'promotes the person': (holder) =>
      this.patch(holder, `/v1/users/${holder.made.userId ?? 'x'}`, { role: 'account_admin' }),
    'promotes the person to the platform': (holder) =>
      this.patch(holder, `/v1/users/${holder.made.userId ?? 'x'}`, { role: 'platform_admin' }),
    'moves the person': (holder) =>
      this.patch(holder, `/v1/users/${holder.made.userId ?? 'x'}`, {
        workspaceId: this.tenants.workspaces['acme.two']!,
      }),
    'takes another address for the person': (holder) =>
      this.patch(holder, `/v1/users/${holder.made.userId ?? 'x'}`, { email: this.email() }),
    'takes a setup token': (holder) => this.setupToken(holder),
    'makes a client': (holder) =>
      this.client(holder, `/v1/workspaces/${this.workspace}/clients`, {
        role: 'workspace_admin',
        audiences: this.both(),
      }),
    'makes a client of the account': (holder) =>
      this.client(holder, `/v1/accounts/${this.account}/clients`, { audiences: this.both() }),
    'makes a client of the platform': (holder) => this.client(holder, '/v1/clients', { audiences: this.both() }),
    'makes a client of a role that is kept': (holder) =>
      this.client(holder, `/v1/workspaces/${this.workspace}/clients`, { role: 'exporter', audiences: [REPORTS] }),
    'rotates a client of a role that is kept': (holder) =>
      this.client(holder, `/v1/clients/${this.keptClientId}/rotate`, { overlapSeconds: 0 }),
    'rotates another client': (holder) =>
      this.client(holder, `/v1/clients/${this.tenants.clients['acme.one.writer']!.id}/rotate`, {
        overlapSeconds: 3600,
      }),
    'gives a client more': (holder) =>
      this.patch(holder, `/v1/clients/${holder.made.clientId ?? this.targetClientId}`, {
        role: 'exporter',
        audiences: [REPORTS],
      }),
    'takes another plan': (holder) => this.patch(holder, `/v1/accounts/${this.account}`, { plan: 'enterprise' }),
    'acts for somebody': async (holder) => {
      const headers = { 'x-user-id': this.tenants.people.acmeAdmin!.id };
      for (const { token } of holder.credentials)
        await this.tenants.call(
          token,
          'POST',
          `/v1/accounts/${this.account}/users`,
          this.somebody('account_admin'),
          headers,
        );
    },
  };

  /** What each credential says that it may do, and where. */
  async powerOf({ credentials }: Holder): Promise<Power> {
    const power: Power = { person: false, machines: 0, reach: new Set(), scopes: new Set() };
    for (const { kind, token } of credentials) {
      const { aud, scope } = decodeJwt(token);
      if (aud === REPORTS) {
        for (const one of ((scope as string | undefined) ?? '').split(' ')) power.scopes.add(`reports ${one}`);
        continue;
      }
      const { status, body } = await this.tenants.call(token, 'GET', '/v1/whoami');
      if (status !== 200) continue;
      if (kind === 'person') power.person = true;
      else power.machines += 1;
      power.reach.add(`${body.level as string} ${body.accountId as string} ${body.workspaceId as string}`);
      for (const one of body.scopes as string[]) power.scopes.add(one);
    }
    return power;
  }

  /** What is there already; the platform's person, who may change it, would change it for the other callers. */
  private theirs({ name }: Holder, role: string): string {
    return name === 'admin' ? 'none' : role;
  }

  private email(): string {
    return `g${++this.unique}@example.com`;
  }

  private both(): string[] {
    return [this.management, REPORTS];
  }

  private somebody(role: string, workspaceId?: string): { email: string } & Record<string, string> {
    return { name: 'P', email: this.email(), role, ...(workspaceId !== undefined && { workspaceId }) };
  }

  /** By whichever credential works; undefined where none does. */
  private async by(holder: Holder, method: string, path: string, body?: unknown): Promise<Answer['body']> {
    for (const { token } of holder.credentials) {
      const answer = await this.tenants.call(token, method, path, body);
      if (answer.status < 300) return answer.body ?? {};
    }
    return undefined;
  }

  private async patch(holder: Holder, path: string, body: object): Promise<void> {
    await this.by(holder, 'PATCH', path, body);
  }

  private async role(holder: Holder, body: object): Promise<void> {
    const name = `g${++this.unique}`;
    if (await this.by(holder, 'POST', '/v1/roles', { name, ...body })) holder.made.role = name;
  }

  private async person(holder: Holder, role: string, workspaceId?: string): Promise<void> {
    const body = this.somebody(role, workspaceId);
    const made = await this.by(holder, 'POST', `/v1/accounts/${this.account}/users`, body);
    if (!made) return;
    holder.made.userId = made.id;
    if (typeof made.setupToken === 'string') await this.become(holder, body.email, made.setupToken, role);
  }

  private async setupToken(holder: Holder): Promise<void> {
    const id = holder.made.userId ?? this.tenants.people.oneWriter!.id;
    const made = await this.by(holder, 'POST', `/v1/users/${id}/setup-token`);
    const user = made && (await this.by(holder, 'GET', `/v1/users/${id}`));
    // Those whom other walks use keep their passwords.
    if (user && holder.made.userId !== undefined) await this.become(holder, user.email, made.setupToken, user.role);
  }

  /**
   * A person whose setup token one has is as good as oneself. Hashes are made one after the other; a person who became
   * somebody of this role once need not do it again, since it is the same.
   */
  private async become(holder: Holder, username: string, setupToken: string, role: string): Promise<void> {
    const key = `${holder.name} ${role}`;
    if (holder.credentials[0]!.kind === 'person' && this.becoming.has(key)) return;
    this.becoming.add(key);
    const password = `a password for ${username}`;
    const turn = this.signingIn.then(async () => {
      const set = await this.tenants.call(null, 'POST', '/auth/password', { setupToken, password });
      if (set.status !== 204) return;
      const { body } = await this.tenants.call(null, 'POST', '/auth/login', { username, password });
      if (body.access_token) holder.credentials.push({ kind: 'person', token: body.access_token });
    });
    this.signingIn = turn.catch(() => undefined);
    await turn;
  }

  /** A client whose secret one is shown is as good as oneself, at each of its audiences. */
  private async client(holder: Holder, path: string, body: object): Promise<void> {
    const made = await this.by(holder, 'POST', path, path.endsWith('/rotate') ? body : { name: 'c', ...body });
    if (typeof made?.clientSecret !== 'string') return;
    if (!path.endsWith('/rotate')) holder.made.clientId = made.id;
    const client = { id: made.id as string, secret: made.clientSecret as string };
    for (const audience of this.both()) {
      const answer = await this.tenants.service.token(client, { audience });
      if (answer.status !== 200) continue;
      const { access_token: token } = (await answer.json()) as { access_token: string };
      holder.credentials.push({ kind: 'machine', token });
    }
  }
}

/** Whether one standing lies within another. */
export function liesWithin(inner: string, outer: string): boolean {
  const [level, accountId, workspaceId] = outer.split(' ');
  const [innerLevel, innerAccount, innerWorkspace] = inner.split(' ');
  if (level === 'platform') return true;
  if (level === 'account') return innerLevel !== 'platform' && accountId === innerAccount;
  return innerLevel === 'workspace' && workspaceId === innerWorkspace;
}
