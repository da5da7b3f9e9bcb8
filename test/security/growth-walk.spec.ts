import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Credential, Growth, type Holder, liesWithin, REPORTS } from '../support/growth.js';
import { Tenants } from '../support/tenants.js';

/** Each begins with one credential, and with what it may ask at an API. */
const CALLERS: Record<string, Credential['kind']> = {
  admin: 'person',
  platform: 'machine',
  'platform.reader': 'machine',
  acmeAdmin: 'person',
  acme: 'machine',
  oneAdmin: 'person',
  'acme.one': 'machine',
  'acme.one.writer': 'machine',
  'acme.one.reader': 'machine',
  oneWriter: 'person',
};

/** Every two acts by which power could grow, one after the other, by every kind of caller. */
describe('the power of whoever acts', () => {
  let tenants: Tenants;
  let growth: Growth;

  const make = async (path: string, body: object): Promise<Record<string, string>> => {
    const { status, body: made } = await tenants.call('admin', 'POST', path, body);
    expect([path, status]).toEqual([path, 201]);
    return made;
  };

  beforeAll(async () => {
    tenants = await Tenants.start({ RATE_LIMIT_MAX: '0', CLIENT_CREATION_MAX: '0' });
    await tenants.person('acmeAdmin', 'account_admin', 'acme');
    await tenants.person('oneAdmin', 'workspace_admin', 'acme.one');
    await tenants.person('oneWriter', 'content_manager', 'acme.one');
    await make('/v1/roles', { name: 'ops', level: 'platform', scopes: ['read'] });
    const { clientId, clientSecret } = await make('/v1/clients', { name: 'ops', role: 'ops' });
    tenants.clients['platform.reader'] = { id: clientId!, secret: clientSecret! };
    await make('/v1/roles', { name: 'exporter', level: 'workspace', scopes: ['read'], assignableBy: 'platform' });
    const see = ['see'];
    const roleScopes = { exporter: ['export'], workspace_admin: see, account_admin: see, platform_admin: see };
    await make('/v1/resource-servers', { identifier: REPORTS, name: 'Reports', scopes: ['see', 'export'], roleScopes });
    const kept = { name: 'exporter', role: 'exporter', audiences: [REPORTS] };
    const client = await make(`/v1/workspaces/${tenants.workspaces['acme.one']!}/clients`, kept);
    const target = await make(`/v1/workspaces/${tenants.workspaces['acme.one']!}/clients`, {
      name: 't',
      role: 'chat_user',
    });
    growth = new Growth(tenants, client.clientId!, target.clientId!);
    for (const name of Object.keys(CALLERS)) await tenants.tokenOf(name);
  }, 120_000);

  afterAll(() => tenants.stop(), 60_000);

  async function walk(name: string, first: string, second: string): Promise<{ got: boolean; grown: string[] }> {
    const kind = CALLERS[name]!;
    const holder: Holder = { name, credentials: [{ kind, token: await tenants.tokenOf(name) }], made: {} };
    const before = await growth.powerOf(holder);
    await growth.acts[first]!(holder);
    await growth.acts[second]!(holder);
    const after = await growth.powerOf(holder);
    // An administrator may give the roles that are theirs to give what these may do at APIs; `export` is the platform's.
    const may = (scope: string): boolean =>
      before.scopes.has(scope) || (before.scopes.has('admin') && (scope === 'reports see' || name === 'admin'));
    const grown = [
      ...(kind === 'machine' && after.person ? ['becomes a person'] : []),
      ...(kind === 'machine' && holder.credentials.length > 1 ? ['makes itself permanent'] : []),
      ...[...after.reach].filter((one) => ![...before.reach].some((mine) => liesWithin(one, mine))),
      ...[...after.scopes].filter((scope) => !may(scope)),
    ];
    const got = holder.credentials.length > 1 || Object.keys(holder.made).length > 0;
    return { got, grown: grown.map((what) => `${name} ${first}, then ${second}: ${what}`) };
  }

  it('grows by no two acts', async () => {
    const names = Object.keys(growth.acts);
    const jobs = Object.keys(CALLERS).flatMap((name) =>
      names.flatMap((first) => names.map((second) => [name, first, second] as const)),
    );
    const grown: string[] = [];
    let [at, got] = [0, 0];
    const worker = async (): Promise<void> => {
      for (let job = jobs[at++]; job; job = jobs[at++]) {
        const walked = await walk(...job);
        if (walked.got) got += 1;
        grown.push(...walked.grown);
      }
    };
    await Promise.all(Array.from({ length: 8 }, worker));
    process.stdout.write(`${jobs.length} walks of two acts, in ${got} of which something was made\n`);
    expect(grown).toEqual([]);
    expect(got).toBeGreaterThan(500);
  }, 300_000);
});
