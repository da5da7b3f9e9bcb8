import { describe, expect, it } from '@jest/globals';
import { DomainError } from '../common/errors/domain.error.js';
import { AppConfig } from '../config/app-config.js';
import { SignInLimits } from './sign-in-limits.js';

const limits = (max: number): SignInLimits =>
  new SignInLimits(AppConfig.fromEnvironment({ RATE_LIMIT_MAX: String(max), RATE_LIMIT_WINDOW_MS: '5000' }));
const fail = (): Promise<never> => Promise.reject(DomainError.invalidCredentials('wrong'));
const attempt = (name = 'a@b', address = '192.0.2.1'): { name: string; address: string } => ({
  name,
  address,
});
const outcome = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => 'done',
    (error: unknown) => (error as DomainError).kind,
  );

describe('failed attempts', () => {
  it('are refused once there were as many as allowed, even with the right password, and the answer says for how long', async () => {
    const one = limits(2);
    for (let i = 0; i < 2; i++) expect(await outcome(one.run(attempt(), fail))).toBe('unauthenticated');
    const refused = await one.run(attempt(), () => Promise.resolve()).catch((error: unknown) => error as DomainError);
    expect(refused).toMatchObject({ kind: 'too-many', retryAfterSeconds: 5 });
  });

  it('count for the address, whatever name is tried', async () => {
    const one = limits(2);
    await outcome(one.run(attempt('a@b'), fail));
    await outcome(one.run(attempt('c@d'), fail));
    expect(await outcome(one.run(attempt('e@f'), fail))).toBe('too-many');
    expect(await outcome(one.run(attempt('a token'), fail))).toBe('too-many');
  });

  it('of one address are no matter for the same name at another', async () => {
    const one = limits(1);
    await outcome(one.run(attempt('a@b'), fail));
    expect(await outcome(one.run(attempt('a@b'), fail))).toBe('too-many');
    expect(await outcome(one.run(attempt('a@b', '192.0.2.2'), () => Promise.resolve()))).toBe('done');
  });

  it('of one IPv6 network count together', async () => {
    const one = limits(1);
    await outcome(one.run(attempt('a@b', '2001:db8::1'), fail));
    expect(await outcome(one.run(attempt('a@b', '2001:db8::2'), fail))).toBe('too-many');
    expect(await outcome(one.run(attempt('a@b', '2001:db8:0:1::2'), fail))).toBe('unauthenticated');
  });

  it('are not those that are malformed or find the service busy', async () => {
    const one = limits(1);
    for (let i = 0; i < 5; i++) {
      for (const error of [
        DomainError.unavailable('busy'),
        DomainError.invalid('bad'),
        DomainError.tooMany(1, 'sign_ins'),
      ])
        expect(await outcome(one.run(attempt(), () => Promise.reject(error)))).toBe(error.kind);
    }
    expect(await outcome(one.run(attempt(), fail))).toBe('unauthenticated');
    // A refused one gives back what it took: only the failure counts.
    for (let i = 0; i < 5; i++) expect(await outcome(one.run(attempt(), fail))).toBe('too-many');
  });

  it('at the same moment are no more than one after the other', async () => {
    const one = limits(3);
    const outcomes = await Promise.all(Array.from({ length: 10 }, () => outcome(one.run(attempt(), fail))));
    expect(outcomes.filter((kind) => kind === 'unauthenticated')).toHaveLength(3);
  });

  it('are not limited with 0', async () => {
    const one = limits(0);
    for (let i = 0; i < 20; i++) expect(await outcome(one.run(attempt(), fail))).toBe('unauthenticated');
  });
});

describe('attempts to sign in', () => {
  const succeed = (): Promise<string> => Promise.resolve('in');

  it('count for address and name together, though they succeed, and for no other name or address', async () => {
    const one = limits(2);
    for (let i = 0; i < 2; i++) expect(await outcome(one.run(attempt(), succeed))).toBe('done');
    await expect(one.run(attempt(), succeed)).rejects.toMatchObject({ kind: 'too-many', detail: 'sign_ins' });
    expect(await outcome(one.run(attempt('c@d'), succeed))).toBe('done');
    expect(await outcome(one.run(attempt('a@b', '192.0.2.2'), succeed))).toBe('done');
  });

  it('that succeed are no failures of their address', async () => {
    const one = limits(2);
    for (let i = 0; i < 10; i++) expect(await outcome(one.run(attempt(`n${i}@x`), succeed))).toBe('done');
    for (let i = 0; i < 2; i++) expect(await outcome(one.run(attempt(`f${i}@x`), fail))).toBe('unauthenticated');
    await expect(one.run(attempt('g@x'), fail)).rejects.toMatchObject({ detail: 'failed_attempts' });
  });

  it('take their turn under their network, and a name of fixed length', async () => {
    const turn = await limits(0).run(attempt('x'.repeat(50_000), '2001:db8::1'), (given) => Promise.resolve(given));
    expect([turn.network, turn.name.length]).toEqual(['2001:db8:0:0::/64', 43]);
  });
});
