import { describe, expect, it } from '@jest/globals';
import { type DomainError } from '../common/errors/domain.error.js';
import { PasswordHasher } from './password-hasher.js';

describe('passwords at rest', () => {
  const hasher = new PasswordHasher();

  it('are Argon2id, 64 MiB, three passes, four lanes, each with a salt of its own', async () => {
    const [one, other] = await Promise.all([hasher.hash('correct horse'), hasher.hash('correct horse')]);
    expect(one).toMatch(/^\$argon2id\$v=19\$m=65536,t=3,p=4\$[\w+/]{22}\$[\w+/]{43}$/);
    expect(one).not.toBe(other);
  });

  it('match the password and nothing else', async () => {
    const hashes = [await hasher.hash('correct horse'), await hasher.hash('battery staple')];
    expect(await hasher.matches('battery staple', hashes, 1)).toEqual([false, true]);
    expect(await hasher.matches('Battery staple', hashes, 1)).toEqual([false, false]);
    expect(await hasher.matches('battery staple', [], 2)).toEqual([]);
  });

  it('are checked one at a time: one works, sixteen wait, and the next is told to come again', async () => {
    let done = 0;
    const answers = Array.from({ length: 18 }, () =>
      hasher.matches('x', [], 1).then(
        () => 200,
        (error: unknown) => {
          const { kind, retryAfterSeconds } = error as DomainError;
          return [kind, retryAfterSeconds, done];
        },
      ),
    );
    for (const answer of answers) void answer.then(() => done++);
    const results = await Promise.all(answers);
    expect(results.slice(0, 17)).toEqual(Array.from({ length: 17 }, () => 200));
    // At once, before the first is done.
    expect(results[17]).toEqual(['unavailable', 2, 0]);
    expect(await hasher.matches('x', [], 1)).toEqual([]);
  }, 30_000);
});
