import { describe, expect, it } from '@jest/globals';
import { type DomainError } from '../common/errors/domain.error.js';
import { OWN_TURN } from '../rate-limit/turn.js';
import { PasswordHasher } from './password-hasher.js';

describe('passwords at rest', () => {
  const hasher = new PasswordHasher();

  it('are Argon2id, 64 MiB, three passes, four lanes, each with a salt of its own', async () => {
    const [one, other] = await Promise.all([
      hasher.hash('correct horse', OWN_TURN),
      hasher.hash('correct horse', OWN_TURN),
    ]);
    expect(one).toMatch(/^\$argon2id\$v=19\$m=65536,t=3,p=4\$[\w+/]{22}\$[\w+/]{43}$/);
    expect(one).not.toBe(other);
  });

  it('match the password and nothing else', async () => {
    const hashes = [await hasher.hash('correct horse', OWN_TURN), await hasher.hash('battery staple', OWN_TURN)];
    expect(await hasher.matches('battery staple', hashes, 1, OWN_TURN)).toEqual([false, true]);
    expect(await hasher.matches('Battery staple', hashes, 1, OWN_TURN)).toEqual([false, false]);
    expect(await hasher.matches('battery staple', [], 2, OWN_TURN)).toEqual([]);
  });

  it('are checked in turns, one at a time: whoever floods is told to come again, and nobody else', async () => {
    const flood = Array.from({ length: 8 }, () =>
      hasher.matches('x', [], 1, { network: 'a', name: 'flood' }).then(
        () => 200,
        (error: unknown) => (error as DomainError).kind,
      ),
    );
    expect(await hasher.matches('x', [], 1, { network: 'b', name: 'quiet' })).toEqual([]);
    const outcomes = await Promise.all(flood);
    // One works, four wait.
    expect(outcomes).toEqual([...Array.from({ length: 5 }, () => 200), ...Array.from({ length: 3 }, () => 'too-many')]);
  }, 30_000);
});
