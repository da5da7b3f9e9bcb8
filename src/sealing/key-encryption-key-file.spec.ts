import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { StartRefusal } from '../common/errors/start-refusal.js';
import { KeyEncryptionKeyFile } from './key-encryption-key-file.js';

let parent: string;
let dataDir: string;
let path: string;
let warnings: string[];
const file = (): KeyEncryptionKeyFile => new KeyEncryptionKeyFile(dataDir, (sentence) => warnings.push(sentence));

beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'claviger-sealing-'));
  dataDir = join(parent, 'data');
  path = join(dataDir, 'key-encryption-key');
  warnings = [];
});
afterEach(() => rm(parent, { recursive: true }));

describe('KeyEncryptionKeyFile', () => {
  it('makes a key of 32 bytes that only its owner can read, and leaves nothing beside it', async () => {
    const key = await file().readOrCreate();
    expect(key).toHaveLength(32);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(await readFile(path, 'utf8')).toBe(`${key.toString('base64')}\n`);
    expect(await readdir(dataDir)).toEqual(['key-encryption-key']);
    expect(warnings).toEqual([]);
  });

  it('gives the same key at the next start', async () => {
    expect(await file().readOrCreate()).toEqual(await file().readOrCreate());
  });

  it('gives one key to starts that race', async () => {
    const keys = await Promise.all(Array.from({ length: 20 }, () => file().readOrCreate()));
    expect(new Set(keys.map((key) => key.toString('hex'))).size).toBe(1);
  });

  it('takes a file from group and world, and says so without the key', async () => {
    const key = await file().readOrCreate();
    await chmod(path, 0o644);
    expect(await file().readOrCreate()).toEqual(key);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(warnings).toEqual([expect.stringContaining('mode 644')]);
    expect(warnings.join()).not.toContain(key.toString('base64'));
  });

  it.each([
    ['empty', ''],
    ['of another length', Buffer.alloc(31).toString('base64')],
    ['followed by more', `${Buffer.alloc(32).toString('base64')} x`],
    ['in another alphabet', Buffer.alloc(32, 0xff).toString('base64url')],
    ['not canonical in its last character', `${'A'.repeat(42)}B=`],
  ])('refuses a file that is %s, without its content, and never replaces it', async (_, text) => {
    await file().readOrCreate();
    await writeFile(path, text);
    const error: unknown = await file()
      .readOrCreate()
      .catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(StartRefusal);
    expect((error as Error).message).toContain('damaged');
    if (text !== '') expect((error as Error).message).not.toContain(text);
    expect(await readFile(path, 'utf8')).toBe(text);
  });

  it('says in a sentence that the directory cannot be used', async () => {
    await writeFile(dataDir, 'a file where the directory should be');
    await expect(file().readOrCreate()).rejects.toThrow(/cannot be read or written \(ENOTDIR\).*KEY_ENCRYPTION_KEY/);
  });
});
