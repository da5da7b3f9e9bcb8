import { describe, expect, it } from '@jest/globals';
import { type ClientSnapshot } from '../clients/client-snapshot.js';
import { ResourceServerSet, type ResourceServerSnapshot } from '../resource-servers/resource-server-set.js';
import { grantedScopes } from './granted-scopes.js';
import { requestedTarget, resolveTarget } from './target.js';

const server = (id: string, change: Partial<ResourceServerSnapshot> = {}): ResourceServerSnapshot => ({
  id,
  identifier: `https://${id}.example/`,
  tokenTtlSeconds: null,
  scopes: ['read', 'write', 'admin', 'admin:keys'],
  signingAlg: 'ES256',
  nextSigningAlg: null,
  nextSigningAlgFrom: null,
  tokenTyp: 'at+jwt',
  management: false,
  roleScopes: new Map([['reader', ['read']]]),
  ...change,
});
const servers = new ResourceServerSet([
  server('a'),
  server('b'),
  server('m', { management: true, roleScopes: new Map() }),
]);
const client = (audiences: string[], defaultAudience: string | null = null): ClientSnapshot => ({
  id: 'cli_1',
  level: 'platform',
  accountId: null,
  workspaceId: null,
  role: 'reader',
  audiences,
  defaultAudience,
  secrets: [],
  endedAt: null,
  expiresAt: null,
});
const role = (scopes: string[]): { name: string; level: 'workspace'; scopes: string[] } => ({
  name: 'reader',
  level: 'workspace',
  scopes,
});
const invalidTarget = expect.objectContaining({ error: 'invalid_target' });
const errorOf = (work: () => unknown): unknown => {
  try {
    return work();
  } catch (error) {
    return error;
  }
};

describe('the target of a token', () => {
  it('is the audience asked for, byte for byte', () => {
    expect(resolveTarget(client(['a', 'b']), servers, 'https://b.example/').id).toBe('b');
    for (const near of ['https://b.example', 'HTTPS://b.example/', 'https://b.example/ ', 'https://b.example//']) {
      expect(errorOf(() => resolveTarget(client(['a', 'b']), servers, near))).toEqual(invalidTarget);
    }
  });

  it('is the default, else the only one, else must be named', () => {
    expect(resolveTarget(client(['a', 'b'], 'b'), servers, null).id).toBe('b');
    expect(resolveTarget(client(['a']), servers, null).id).toBe('a');
    expect(errorOf(() => resolveTarget(client(['a', 'b']), servers, null))).toEqual(invalidTarget);
    expect(errorOf(() => resolveTarget(client([]), servers, null))).toEqual(invalidTarget);
  });

  it("answers an unknown audience and one that is not the client's with the same text", () => {
    const unknown = errorOf(() => resolveTarget(client(['a']), servers, 'https://nobody.example/')) as Error;
    const foreign = errorOf(() => resolveTarget(client(['a']), servers, 'https://b.example/')) as Error;
    expect(unknown.message).toBe(foreign.message);
  });

  it.each([
    ...['relative', '/path', 'https://a.example/#f', 'https://a.example/ x', '://x', 'https://ä.example/'],
    `https://a.example/${'x'.repeat(2048)}`,
  ])('refuses %j as a resource', (resource) => {
    expect(errorOf(() => requestedTarget({ resource }))).toEqual(invalidTarget);
  });

  it('takes audience and resource together only where they agree', () => {
    expect(requestedTarget({ audience: 'urn:a:b', resource: 'urn:a:b' })).toBe('urn:a:b');
    expect(errorOf(() => requestedTarget({ audience: 'urn:a:b', resource: 'urn:a:c' }))).toEqual(invalidTarget);
  });
});

describe('the scopes of a token', () => {
  const a = server('a', {
    roleScopes: new Map([
      ['reader', ['read', 'admin:keys']],
      ['nothing', []],
    ]),
  });

  it('are all that the role has, or exactly those asked for', () => {
    expect(grantedScopes(role([]), a, null)).toEqual(['read', 'admin:keys']);
    expect(grantedScopes(role([]), a, [])).toEqual(['read', 'admin:keys']);
    expect(grantedScopes(role([]), a, ['admin:keys'])).toEqual(['admin:keys']);
  });

  it.each(['admin', 'read:*', 'READ', 'write', '*'])(
    'never include %s unless it was granted to the letter',
    (scope) => {
      expect(errorOf(() => grantedScopes(role([]), a, ['read', scope]))).toEqual(
        expect.objectContaining({ error: 'invalid_scope' }),
      );
    },
  );

  it('write containment out: admin holds read and write', () => {
    const management = server('m', { management: true, roleScopes: new Map() });
    expect(grantedScopes(role(['admin']), management, null)).toEqual(['read', 'write', 'admin']);
    expect(grantedScopes(role(['write']), management, null)).toEqual(['write']);
  });

  it('never include what the API does not know, written out or left behind', () => {
    const own = server('a', { scopes: ['admin', 'read'], roleScopes: new Map([['reader', ['admin', 'gone']]]) });
    expect(grantedScopes(role([]), own, null)).toEqual(['read', 'admin']);
  });

  it('are refused to a role that the resource server does not name, and to a role that is gone', () => {
    expect(errorOf(() => grantedScopes({ name: 'other', level: 'workspace', scopes: ['admin'] }, a, null))).toEqual(
      invalidTarget,
    );
    expect(errorOf(() => grantedScopes(null, a, null))).toEqual(invalidTarget);
  });

  it('may be none, for a role named with an empty list', () => {
    expect(grantedScopes({ name: 'nothing', level: 'workspace', scopes: [] }, a, null)).toEqual([]);
  });
});
