import { describe, expect, it } from '@jest/globals';
import { Clock } from '../common/clock.js';
import { AppConfig } from '../config/app-config.js';
import { SignInLimits } from '../rate-limit/sign-in-limits.js';
import { ResourceServerSet } from '../resource-servers/resource-server-set.js';
import { type TokenAuthorization } from '../tokens/token-authorization.js';
import { LoginService } from './login.service.js';

interface World {
  reached?: number;
  reason?: string | null;
  key?: object | null;
}

/** Signs in somebody whose password was read when the ledger's head was 7. */
async function signIn({
  reached = 9,
  reason = null,
  key = { key: { kid: 'k' } },
}: World): Promise<TokenAuthorization[]> {
  const config = AppConfig.fromEnvironment({});
  const minted: TokenAuthorization[] = [];
  const user = { id: 'usr_1', accountId: 'acc_1', workspaceId: null, role: 'account_admin' };
  const server = { id: 'rs_1', identifier: config.managementAudience, signingAlg: 'RS256' };
  const service = new LoginService(
    config,
    new Clock(),
    { decide: (attempt: () => unknown) => Promise.resolve().then(attempt) } as never,
    new SignInLimits(config),
    {
      authenticate: () => Promise.resolve({ userId: 'usr_1', head: 7 }),
      recordLogin: () => Promise.resolve(),
    } as never,
    {
      get: () => (reason === 'unknown' ? null : user),
      whyUnusable: () => reason,
      standingOf: () => ({ level: 'account', accountId: 'acc_1', workspaceId: null }),
      roleOf: () => ({ name: 'account_admin', level: 'account', scopes: ['admin'] }),
    } as never,
    { all: () => new ResourceServerSet([server as never]) } as never,
    { ring: () => ({ signingKey: () => key }) } as never,
    { reached } as never,
    { mint: (authorization: TokenAuthorization) => Promise.resolve(`token ${minted.push(authorization)}`) } as never,
  );
  await service.signIn({ username: 'a@b', password: 'x', accountId: null }, { address: '192.0.2.1' });
  return minted;
}

describe('the token of somebody who signs in', () => {
  it('dies by a password that was set after the one that was shown was read', async () => {
    // The cut of the new password stands at 8: this process has heard of it, and yet the token is from before.
    expect((await signIn({ reached: 9 }))[0]!.rev).toBe(7);
    expect((await signIn({ reached: 5 }))[0]!.rev).toBe(5);
  });

  it('says the scopes of the present role, written out', async () => {
    expect((await signIn({}))[0]).toMatchObject({ clientId: 'login', scopes: ['read', 'write', 'admin'] });
  });

  it.each(['ended', 'workspace ended', 'account suspended', 'unknown'])(
    'is not made if the gate says: %s',
    async (reason) => {
      await expect(signIn({ reason })).rejects.toMatchObject({
        kind: 'unauthenticated',
        message: 'Invalid credentials',
      });
    },
  );

  it('waits for a key that is new', async () => {
    await expect(signIn({ key: { waitSeconds: 2 } })).rejects.toMatchObject({
      kind: 'unavailable',
      retryAfterSeconds: 2,
    });
    await expect(signIn({ key: null })).rejects.toMatchObject({ kind: 'unavailable' });
  });
});
