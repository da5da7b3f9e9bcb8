import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Kind, KINDS, MATRIX, type Objects, type Row, type Target } from '../support/access-matrix.js';
import { Tenants } from '../support/tenants.js';

interface Document {
  paths: Record<string, Record<string, { 'x-access': { kind: string } }>>;
}

const PLACES: Record<Target, [account: string, workspace: string]> = {
  own: ['acme', 'acme.one'],
  sibling: ['acme', 'acme.two'],
  other: ['other', 'other.one'],
};

/** Every endpoint that asks who calls, against every kind of caller and every tenant, beside a table written by hand. */
describe('who may call what', () => {
  let tenants: Tenants;
  const objects = {} as Record<Target, Objects>;
  let unique = 0;

  beforeAll(async () => {
    tenants = await Tenants.start();
    await tenants.person('acmeAdmin', 'account_admin', 'acme');
    await tenants.person('oneAdmin', 'workspace_admin', 'acme.one');
    await tenants.person('oneWriter', 'content_manager', 'acme.one');
    await tenants.person('oneReader', 'chat_user', 'acme.one');
    await make('/v1/roles', { name: 'matrix_role', level: 'workspace', scopes: ['read'] });
    const server = await make('/v1/resource-servers', { name: 'Matrix', identifier: 'urn:matrix' });
    for (const target of ['own', 'sibling', 'other'] as const) objects[target] = await objectsOf(target, server);
  }, 120_000);

  afterAll(() => tenants.stop());

  const make = async (path: string, body: object): Promise<string> => {
    const answer = await tenants.call('admin', 'POST', path, body);
    expect([path, answer.status]).toEqual([path, 201]);
    return answer.body.id;
  };

  const objectsOf = async (target: Target, resourceServerId: string): Promise<Objects> => {
    const [account, workspace] = PLACES[target];
    const accountId = tenants.accounts[account]!;
    const workspaceId = tenants.workspaces[workspace]!;
    const email = `${target}@example.com`;
    const user = { name: target, email, role: 'chat_user', workspaceId };
    const clients = `/v1/workspaces/${workspaceId}/clients`;
    const doomedClientId = await make(clients, { name: 'Doomed', role: 'chat_user' });
    const secrets = await tenants.call('admin', 'GET', `/v1/clients/${doomedClientId}/secrets`);
    return {
      accountId,
      workspaceId,
      userId: await make(`/v1/accounts/${accountId}/users`, user),
      clientId: await make(clients, { name: 'Rotated', role: 'chat_user' }),
      secretId: secrets.body[0].id,
      doomedClientId,
      resourceServerId,
    };
  };

  const statusOf = async (
    kind: Kind,
    endpoint: string,
    { path = {}, body, headers }: Row,
    target: Target,
  ): Promise<number> => {
    const [method = '', template = ''] = endpoint.split(' ');
    const filled = template.replace(/\{(\w+)\}/g, (_, name: string) => {
      const meant = path[name] ?? name;
      return meant.startsWith('=') ? meant.slice(1) : objects[target][meant as keyof Objects];
    });
    unique += 1;
    const sent = body?.(objects[target], `matrix${unique}`);
    return (await tenants.call(KINDS[kind], method, filled, sent, headers)).status;
  };

  it('the table has every endpoint, and no other', () => {
    const { paths } = JSON.parse(readFileSync('openapi.json', 'utf8')) as Document;
    const guarded = Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods)
        .filter(([, operation]) => operation['x-access'].kind !== 'public')
        .map(([method]) => `${method.toUpperCase()} ${path}`),
    );
    expect(Object.keys(MATRIX).sort()).toEqual(guarded.sort());
  });

  it.each(Object.entries(MATRIX))(
    '%s',
    async (endpoint, row) => {
      const kinds = Object.keys(KINDS) as Kind[];
      const seen: Record<string, string> = {};
      for (const kind of kinds) {
        const statuses: number[] = [];
        for (const target of row.targets) statuses.push(await statusOf(kind, endpoint, row, target));
        // One status for all targets is written once.
        seen[kind] = new Set(statuses).size === 1 ? String(statuses[0]) : statuses.join('/');
      }
      expect(seen).toEqual(Object.fromEntries(kinds.map((kind, index) => [kind, row.expected[index]])));
    },
    60_000,
  );
});
