import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { KeyEncryptionKeys } from './key-encryption-keys.js';
import { type SealedSecret } from './sealed-secret.entity.js';
import { type SealedSecretRepository } from './sealed-secret.repository.js';
import { SealedSecrets } from './sealed-secrets.service.js';

/** The table: one row for each purpose, the first one stays. */
class Table {
  readonly rows = new Map<string, SealedSecret>();

  find(purpose: string): Promise<SealedSecret | null> {
    return Promise.resolve(this.rows.get(purpose) ?? null);
  }

  ensure(candidate: SealedSecret): Promise<SealedSecret> {
    const row = this.rows.get(candidate.purpose) ?? candidate;
    this.rows.set(row.purpose, row);
    return Promise.resolve(row);
  }
}

const now = new Date('2026-11-25T00:00:00Z');
const keys = new KeyEncryptionKeys([randomBytes(32)]);
const ensure = (table: Table, by = keys): ReturnType<SealedSecrets['ensure']> =>
  new SealedSecrets(by).ensure(table as unknown as SealedSecretRepository, 'pepper', now);

describe('SealedSecrets', () => {
  it('makes a secret of 32 bytes once, and keeps it sealed', async () => {
    const table = new Table();
    const made = await ensure(table);
    expect(made.secret).toHaveLength(32);
    expect(await ensure(table)).toEqual(made);
    expect(table.rows.get('pepper')).toMatchObject({ id: made.id, createdAt: now });
    expect(table.rows.get('pepper')?.sealed).not.toContain(made.secret.toString('base64url'));
  });

  it('gives starts that race the same secret', async () => {
    const table = new Table();
    const made = await Promise.all(Array.from({ length: 5 }, () => ensure(table)));
    expect(new Set(made.map(({ secret }) => secret.toString('hex'))).size).toBe(1);
  });

  it('neither opens nor replaces a secret under a wrong key-encryption key', async () => {
    const table = new Table();
    await ensure(table);
    const before = table.rows.get('pepper');
    await expect(ensure(table, new KeyEncryptionKeys([randomBytes(32)]))).rejects.toThrow('no key fits');
    expect(table.rows.get('pepper')).toBe(before);
  });

  it('does not open a value that was moved to another row', async () => {
    const table = new Table();
    await ensure(table);
    table.rows.get('pepper')!.id = 'another';
    await expect(ensure(table)).rejects.toThrow('another context');
  });
});
