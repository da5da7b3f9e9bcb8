import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Answer } from '../support/call.js';
import { Tenants } from '../support/tenants.js';

const UNKNOWN = '01ARZ3NDEKTSV4RRFFQ69G5FAV';
const PATH = '/v1/resource-servers';

describe('what a resource server may be', () => {
  let tenants: Tenants;
  let count = 0;
  const call = (...args: Parameters<Tenants['call']>): Promise<Answer> => tenants.call(...args);
  const valid = (): Record<string, unknown> => ({ identifier: `urn:api:${++count}`, name: 'API', scopes: ['a', 'b'] });
  const make = async (change: object = {}): Promise<Answer> => {
    const made = await call('platform', 'POST', PATH, { ...valid(), ...change });
    expect([made.status, made.body]).toEqual([201, expect.any(Object)]);
    return made;
  };
  const pathsOf = (answer: Answer): string[] => answer.body.details.map(({ path }: { path: string }) => path);

  beforeAll(async () => {
    tenants = await Tenants.start();
  }, 60_000);

  afterAll(() => tenants.stop());

  it('what is left out has its default', async () => {
    const { body } = await call('platform', 'POST', PATH, { identifier: 'urn:bare', name: 'Bare' });
    expect(body).toMatchObject({ scopes: [], roleScopes: {}, tokenTtlSeconds: null, signingAlg: 'RS256' });
    expect(body).toMatchObject({ signingAlgFrom: null, tokenFormat: 'jwt', tokenTyp: 'at+jwt', clientIds: [] });
  });

  it.each<[object, string[]]>([
    [{ identifier: undefined, name: undefined }, ['identifier', 'name']],
    [{ identifier: '' }, ['identifier']],
    [{ identifier: 'a b' }, ['identifier']],
    [{ identifier: 'urn:é' }, ['identifier']],
    [{ identifier: 'urn:a\n' }, ['identifier']],
    [{ identifier: 'x'.repeat(256) }, ['identifier']],
    [{ name: ' ' }, ['name']],
    [{ name: 'a\u202Eb' }, ['name']],
    [{ scopes: ['a', 'a'] }, ['scopes.1']],
    [{ scopes: ['a b'] }, ['scopes.0']],
    [{ scopes: [''] }, ['scopes.0']],
    [{ scopes: ['"'] }, ['scopes.0']],
    [{ scopes: ['\\'] }, ['scopes.0']],
    [{ scopes: ['x'.repeat(129)] }, ['scopes.0']],
    [{ scopes: Array.from({ length: 101 }, (_, index) => `s${index}`) }, ['scopes']],
    [{ roleScopes: { nobody: ['a'] } }, ['roleScopes.nobody']],
    [{ roleScopes: { chat_user: ['a', 'c'] } }, ['roleScopes.chat_user.1']],
    [{ roleScopes: { chat_user: ['a', 'a'] } }, ['roleScopes.chat_user.1']],
    [{ roleScopes: { chat_user: 'a' } }, ['roleScopes.chat_user']],
    [{ roleScopes: ['chat_user'] }, ['roleScopes']],
    [{ roleScopes: { "x'y": [] } }, ["roleScopes.x'y"]],
    [{ tokenTtlSeconds: 0 }, ['tokenTtlSeconds']],
    [{ tokenTtlSeconds: 2_592_001 }, ['tokenTtlSeconds']],
    [{ tokenTtlSeconds: 1.5 }, ['tokenTtlSeconds']],
    [{ tokenTtlSeconds: '60' }, ['tokenTtlSeconds']],
    [{ signingAlg: 'none' }, ['signingAlg']],
    [{ signingAlg: 'HS256' }, ['signingAlg']],
    [{ signingAlg: null }, ['signingAlg']],
    [{ tokenFormat: 'opaque' }, ['tokenFormat']],
    [{ tokenFormat: 'saml' }, ['tokenFormat']],
    [{ tokenTyp: 'jwt' }, ['tokenTyp']],
    [{ clientIds: [`cli_${UNKNOWN}`] }, ['clientIds.0']],
    [{ clientIds: ['x'] }, ['clientIds.0']],
    [{ management: true }, ['']],
    [{ signingAlgFrom: null }, ['']],
  ])('refuses %j, and says where', async (change, paths) => {
    const answer = await call('platform', 'POST', PATH, { ...valid(), ...change });
    expect([answer.status, answer.body.code]).toEqual([400, 'BAD_REQUEST']);
    expect(pathsOf(answer)).toEqual(paths);
  });

  it('says that opaque tokens are not supported yet', async () => {
    const answer = await call('platform', 'POST', PATH, { ...valid(), tokenFormat: 'opaque' });
    expect(answer.body.details).toEqual([{ path: 'tokenFormat', message: 'Opaque tokens are not supported yet' }]);
  });

  it('takes the edges of what is allowed', async () => {
    await make({ identifier: `~${'x'.repeat(254)}`, tokenTtlSeconds: 1, scopes: ['!', '#[', ']~'] });
    await make({ identifier: '"', tokenTtlSeconds: 2_592_000 });
  });

  it.each<[object, string[]]>([
    [{ identifier: 'urn:other' }, ['']],
    [{ id: 'rs_1' }, ['']],
    [{ signingAlgFrom: null }, ['']],
    [{ name: null }, ['name']],
    [{ tokenFormat: 'opaque' }, ['tokenFormat']],
    [{ scopes: ['b'] }, ['roleScopes.chat_user.0']],
    [{ roleScopes: { nobody: [] } }, ['roleScopes.nobody']],
    [{ clientIds: [`cli_${UNKNOWN}`] }, ['clientIds.0']],
  ])('a change to %j is 400, and changes nothing', async (change, paths) => {
    const { body: made } = await make({ roleScopes: { chat_user: ['a'] } });
    const answer = await call('platform', 'PATCH', `${PATH}/${made.id}`, change);
    expect([answer.status, pathsOf(answer)]).toEqual([400, paths]);
    expect((await call('platform', 'GET', `${PATH}/${made.id}`)).body).toEqual(made);
  });
});
