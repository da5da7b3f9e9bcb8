import { describe, expect, it } from '@jest/globals';
import { Clock } from '../common/clock.js';
import { type Loaded } from '../database/feed/memory.js';
import { PasswordAuthenticator } from './password-authenticator.js';
import { type SignInCandidate } from './user-credential.repository.js';

/** People by address; each password's hash is the password itself. */
function authenticator(people: Record<string, SignInCandidate[]>): {
  passwords: PasswordAuthenticator;
  work: number[];
} {
  const work: number[] = [];
  const table = {
    candidates: (email: string) => Promise.resolve({ head: 7, candidates: people[email] ?? [] }),
    mostAccountsOfAnAddress: () => Promise.resolve(Math.max(0, ...Object.values(people).map(({ length }) => length))),
  };
  const hasher = {
    matches: (password: string, hashes: string[], width: number) => {
      work.push(Math.max(hashes.length, width));
      return Promise.resolve(hashes.map((hash) => hash === password));
    },
  };
  const passwords = new PasswordAuthenticator(
    { load: (read: () => Promise<Loaded>) => read() } as never,
    new Clock(),
    { repository: () => table } as never,
    { run: (_: unknown, run: (tx: unknown) => unknown) => run({ repository: () => table }) } as never,
    hasher as never,
  );
  return { passwords, work };
}

const person = (userId: string, passwordHash = 'right'): SignInCandidate => ({ userId, passwordHash });
const claim = (username: string, password = 'right', accountId: string | null = null): never =>
  ({ username, password, accountId }) as never;
const refused = expect.objectContaining({ kind: 'unauthenticated', message: 'Invalid credentials' });

describe('who signs in with a password', () => {
  it('is whoever has the address, whatever its case, with the ledger’s head of that moment', async () => {
    const { passwords } = authenticator({ 'a@b': [person('usr_1')] });
    expect(await passwords.authenticate(claim('A@B'))).toEqual({ userId: 'usr_1', head: 7 });
  });

  it('is nobody by a wrong password or an unknown name, with one answer', async () => {
    const { passwords } = authenticator({ 'a@b': [person('usr_1')] });
    await expect(passwords.authenticate(claim('a@b', 'wrong'))).rejects.toEqual(refused);
    await expect(passwords.authenticate(claim('c@d'))).rejects.toEqual(refused);
  });

  it('is nobody if the password fits in two accounts', async () => {
    const { passwords } = authenticator({ 'a@b': [person('usr_1'), person('usr_2'), person('usr_3', 'other')] });
    await expect(passwords.authenticate(claim('a@b'))).rejects.toEqual(refused);
    expect(await passwords.authenticate(claim('a@b', 'other'))).toMatchObject({ userId: 'usr_3' });
  });

  it('costs the same for every name: as much as the one that is known in the most accounts', async () => {
    const { passwords, work } = authenticator({
      'one@x': [person('usr_1')],
      'three@x': [person('usr_2'), person('usr_3', 'b'), person('usr_4', 'c')],
    });
    for (const name of ['one@x', 'three@x', 'unknown@x'])
      await passwords.authenticate(claim(name, 'b')).catch(() => null);
    expect(work).toEqual([3, 3, 3]);
    for (const name of ['one@x', 'unknown@x'])
      await passwords.authenticate(claim(name, 'b', 'acc_1')).catch(() => null);
    expect(work.slice(3)).toEqual([1, 1]);
  });

  it('costs one check where no address is known twice', async () => {
    const { passwords, work } = authenticator({ 'one@x': [person('usr_1')] });
    for (const name of ['one@x', 'unknown@x']) await passwords.authenticate(claim(name)).catch(() => null);
    expect(work).toEqual([1, 1]);
  });
});
