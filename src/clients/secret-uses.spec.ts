import { beforeEach, describe, expect, it } from '@jest/globals';
import { Clock } from '../common/clock.js';
import { type OwnerAccess } from '../database/owner-access.js';
import { type SecretUse } from './secret-use.repository.js';
import { SecretUses } from './secret-uses.js';

describe('uses of secrets, gathered', () => {
  let away: boolean;
  let written: Map<string, SecretUse>[];
  let uses: SecretUses;

  beforeEach(() => {
    away = false;
    written = [];
    const add = (batch: Map<string, SecretUse>): Promise<void> => {
      if (away) return Promise.reject(new Error('away'));
      written.push(batch);
      return Promise.resolve();
    };
    uses = new SecretUses({ repository: () => ({ add }) } as unknown as OwnerAccess, new Clock());
  });

  const ids = (): string[] => written.flatMap((batch) => [...batch.keys()]);

  it('are one entry a secret, with the first moment, the last address and the count', async () => {
    uses.record('a', '192.0.2.1');
    uses.record('b', '192.0.2.1');
    uses.record('a', '192.0.2.2');
    await uses.flush();
    expect(written).toHaveLength(1);
    const use = written[0]!.get('a')!;
    expect(use).toMatchObject({ from: '192.0.2.2', count: 2 });
    expect(use.firstUsedAt).toBeLessThanOrEqual(use.lastUsedAt);
    await uses.flush();
    expect(written).toHaveLength(1);
  });

  it('are kept while they cannot be written, up to a bound: the secret unused longest goes', async () => {
    away = true;
    for (let i = 0; i < 50_000; i++) uses.record(`s${i}`, 'x');
    await uses.flush();
    uses.record('s0', 'y');
    uses.record('new', 'x');
    await uses.flush();
    away = false;
    await uses.flush();
    expect(ids()).toHaveLength(50_000);
    expect(ids()).not.toContain('s1');
    expect(written.every((batch) => batch.size <= 5000)).toBe(true);
    expect(written.at(-1)!.get('s0')).toMatchObject({ count: 2, from: 'y' });
  });

  it('are written once, however many ask for it at the same moment', async () => {
    uses.record('a', 'x');
    await Promise.all([uses.flush(), uses.flush(), uses.onApplicationShutdown()]);
    expect(ids()).toEqual(['a']);
  });
});
