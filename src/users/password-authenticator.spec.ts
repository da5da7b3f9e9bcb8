import { describe, expect, it } from '@jest/globals';
import { Clock } from '../common/clock.js';
import { type Loaded } from '../database/feed/memory.js';
import { OWN_TURN } from '../rate-limit/turn.js';
import { PasswordAuthenticator } from './password-authenticator.js';
import { type SignInCandidate } from './user-credential.repository.js';

const RIGHT = 'the right password';

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

const person = (userId: string, passwordHash = RIGHT): SignInCandidate => ({ userId, passwordHash });
const claim = (username: string, password = RIGHT, accountId: string | null = null): never =>
  ({ username, password, accountId }) as never;
const refused = expect.objectContaining({ kind: 'unauthenticated', message: 'Invalid credentials' });

describe('who signs in with a password', () => {
  it('is whoever has the address, whatever its case, with the ledger’s head of that moment', async () => {
    const { passwords } = authenticator({ 'a@b': [person('usr_1')] });
    expect(await passwords.authenticate(claim('A@B'), OWN_TURN)).toEqual({ userId: 'usr_1', head: 7 });
  });

  it('is nobody by a wrong password or an unknown name, with one answer', async () => {
    const { passwords } = authenticator({ 'a@b': [person('usr_1')] });
    await expect(passwords.authenticate(claim('a@b', 'a wrong password'), OWN_TURN)).rejects.toEqual(refused);
    await expect(passwords.authenticate(claim('c@d'), OWN_TURN)).rejects.toEqual(refused);
  });

  it('is nobody if the password fits in two accounts', async () => {
    const { passwords } = authenticator({
      'a@b': [person('usr_1'), person('usr_2'), person('usr_3', 'another password')],
    });
    await expect(passwords.authenticate(claim('a@b'), OWN_TURN)).rejects.toEqual(refused);
    expect(await passwords.authenticate(claim('a@b', 'another password'), OWN_TURN)).toMatchObject({ userId: 'usr_3' });
  });

  it('costs the same for every name: as much as the one that is known in the most accounts', async () => {
    const { passwords, work } = authenticator({
      'one@x': [person('usr_1')],
      'three@x': [person('usr_2'), person('usr_3', 'the letter b again'), person('usr_4', 'the letter c again')],
    });
    for (const name of ['one@x', 'three@x', 'unknown@x'])
      await passwords.authenticate(claim(name, 'the letter b again'), OWN_TURN).catch(() => null);
    expect(work).toEqual([3, 3, 3]);
    for (const name of ['one@x', 'unknown@x'])
      await passwords.authenticate(claim(name, 'the letter b again', 'acc_1'), OWN_TURN).catch(() => null);
    expect(work.slice(3)).toEqual([1, 1]);
  });

  it('costs one check where no address is known twice', async () => {
    const { passwords, work } = authenticator({ 'one@x': [person('usr_1')] });
    for (const name of ['one@x', 'unknown@x']) await passwords.authenticate(claim(name), OWN_TURN).catch(() => null);
    expect(work).toEqual([1, 1]);
  });

  it('is nobody, without a look or a hash, by what nobody can have as a name or password', async () => {
    const { passwords, work } = authenticator({ 'a@b': [person('usr_1', 'short')] });
    for (const [name, password] of [
      ['a@b', 'short'],
      ['a@b', 'x'.repeat(257)],
      ['a@b', '\u0301\u0316'.repeat(16_000)],
      [`${'a'.repeat(5000)}@b`, RIGHT],
      ['', RIGHT],
    ] as const)
      await expect(passwords.authenticate(claim(name, password), OWN_TURN)).rejects.toEqual(refused);
    expect(work).toEqual([]);
  });
});
