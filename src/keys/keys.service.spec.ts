import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { type SigningAlg } from '../common/oauth/vocabulary.js';
import { KeyEncryptionKeys } from '../sealing/key-encryption-keys.js';
import { missingKeys } from './key-lifecycle.js';
import { KeysService } from './keys.service.js';
import { type SigningKey, type SigningKeyState } from './signing-key.entity.js';
import { type SigningKeyRepository } from './signing-key.repository.js';
import { SigningKeyFactory } from './signing-key-factory.js';

/** The table with its two partial unique indexes. */
class Table {
  readonly rows: SigningKey[] = [];

  ofAlgorithm(alg: SigningAlg): Promise<SigningKey[]> {
    return Promise.resolve(this.rows.filter((row) => row.alg === alg));
  }

  insertIfFree(key: SigningKey): Promise<void> {
    const taken = this.rows.some(({ alg, state }) => alg === key.alg && state === key.state);
    if (!taken) this.rows.push(key);
    return Promise.resolve();
  }
}

const service = new KeysService(new SigningKeyFactory(new KeyEncryptionKeys([randomBytes(32)])));
const now = new Date('2026-11-25T00:00:00Z');
const soon = new Date('2026-11-25T00:00:02Z');
const make = (table: Table, alg: SigningAlg): ReturnType<KeysService['ensureAlgorithm']> =>
  service.ensureAlgorithm(table as unknown as SigningKeyRepository, alg, now, soon);
const ensure = async (table: Table, alg: SigningAlg): Promise<SigningKey> => (await make(table, alg)).active;
const states = (table: Table): string[] => table.rows.map(({ alg, state }) => `${alg} ${state}`).sort();

describe('missingKeys', () => {
  const having = (...of: SigningKeyState[]): { alg: SigningAlg; state: SigningKeyState }[] =>
    of.map((state) => ({ alg: 'ES256', state }));

  it.each([
    [having(), ['active', 'published']],
    [having('active'), ['published']],
    [having('published'), ['active']],
    [having('retiring', 'revoked'), ['active', 'published']],
    [having('active', 'published', 'retiring'), []],
  ])('an algorithm needs one active and one published key (%#)', (keys, missing) => {
    expect(missingKeys(keys, 'ES256')).toEqual(missing);
  });

  it('does not count the keys of another algorithm', () => {
    expect(missingKeys(having('active', 'published'), 'RS256')).toEqual(['active', 'published']);
  });
});

describe('KeysService', () => {
  it('makes one active and one published key, and says from when the active one signs', async () => {
    const table = new Table();
    const active = await ensure(table, 'ES256');
    expect(states(table)).toEqual(['ES256 active', 'ES256 published']);
    expect(active).toMatchObject({ state: 'active', publishedAt: now, activatedAt: now, signsFrom: soon, version: 1 });
    const spare = table.rows.find(({ state }) => state === 'published');
    expect(spare).toMatchObject({ publishedAt: now, activatedAt: null, signsFrom: null, removableAt: null });
  });

  it('leaves the keys that are there as they are', async () => {
    const table = new Table();
    const first = await ensure(table, 'ES256');
    expect(await ensure(table, 'ES256')).toBe(first);
    expect(table.rows).toHaveLength(2);
  });

  it('makes one set of keys where several processes make it at once', async () => {
    const table = new Table();
    const answers = await Promise.all(Array.from({ length: 5 }, () => make(table, 'EdDSA')));
    expect(new Set(answers.map(({ active }) => active.kid)).size).toBe(1);
    expect(answers.flatMap(({ made }) => made.map(({ kid }) => kid)).sort()).toEqual(
      table.rows.map(({ kid }) => kid).sort(),
    );
    expect(states(table)).toEqual(['EdDSA active', 'EdDSA published']);
  });

  it('makes keys for one algorithm beside those of another', async () => {
    const table = new Table();
    await ensure(table, 'ES256');
    await ensure(table, 'EdDSA');
    expect(states(table)).toEqual(['ES256 active', 'ES256 published', 'EdDSA active', 'EdDSA published']);
  });
});
