import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DataDirLock } from './data-dir-lock.js';
import { processStamp } from './process-stamp.js';

describe('the lock of a data directory', () => {
  let home: string;
  let dataDir: string;
  const locks = (): string[] => readdirSync(dataDir).filter((name) => name.startsWith('.lock-'));
  const leave = (pid: number, stamp: string): void => {
    writeFileSync(join(dataDir, `.lock-${pid}-${stamp}-aa`), '');
  };

  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'claviger-lock-'));
    dataDir = mkdtempSync(join(home, "it's a "));
  });
  afterEach(() => {
    rmSync(home, { recursive: true, force: true });
  });

  it('makes the directory, closed to others', async () => {
    const lock = await DataDirLock.acquire(join(home, 'new', 'data'));
    expect(statSync(join(home, 'new', 'data')).mode & 0o777).toBe(0o700);
    lock.release();
  });

  it('is held until each acquisition of the process has been released', async () => {
    const [first, second] = await Promise.all([DataDirLock.acquire(dataDir), DataDirLock.acquire(dataDir)]);
    first.release();
    first.release();
    expect(locks()).toHaveLength(1);
    second.release();
    expect(locks()).toEqual([]);
  });

  it('is one lock under every name of the directory', async () => {
    symlinkSync(dataDir, join(home, 'alias'));
    const first = await DataDirLock.acquire(dataDir);
    const second = await DataDirLock.acquire(join(home, 'alias'));
    expect(locks()).toHaveLength(1);
    first.release();
    second.release();
  });

  it('is refused while another process that runs holds it, with that process named', async () => {
    leave(process.ppid, processStamp(process.ppid)!);
    await expect(DataDirLock.acquire(dataDir)).rejects.toThrow(
      `is in use by another running Claviger, process ${process.ppid}.`,
    );
    expect(locks()).toHaveLength(1);
  });

  it('is not kept by a process that ended', async () => {
    const { pid } = spawnSync(process.execPath, ['--version']);
    leave(pid, 'anything');
    const lock = await DataDirLock.acquire(dataDir);
    expect(locks()).toHaveLength(1);
    lock.release();
  });

  it('is not kept by a process that ended and whose id another one has now', async () => {
    leave(process.ppid, '0000x1');
    const lock = await DataDirLock.acquire(dataDir);
    expect(locks()).toHaveLength(1);
    lock.release();
  });

  it('says in a sentence that the directory cannot be made', async () => {
    writeFileSync(join(home, 'file'), '');
    await expect(DataDirLock.acquire(join(home, 'file'))).rejects.toThrow(/^Claviger cannot write .*\(EEXIST\): .*\.$/);
  });
});
