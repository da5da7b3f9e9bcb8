import { randomBytes, randomInt } from 'node:crypto';
import { mkdirSync, readdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DataDirInUseError } from './data-dir-in-use.error.js';
import { EmbeddedEngineError } from './embedded-engine.error.js';
import { processStamp } from './process-stamp.js';

const NAME = /^\.lock-(\d+)-([0-9a-z]+)-[0-9a-f]+$/;
const ATTEMPTS = 8;

interface Hold {
  readonly file: string;
  holders: number;
}

/**
 * The right of one process to a data directory.
 *
 * Each contender first makes a file that names its process, and only then looks for others: of any two, at least one
 * sees the other and withdraws, so there are never two owners. A name is never used twice, so a dead owner's file can
 * be removed by anyone at any time without taking away a live one.
 */
export class DataDirLock {
  private static readonly held = new Map<string, Hold>();
  private released = false;

  private constructor(
    private readonly directory: string,
    private readonly hold: Hold,
  ) {
    hold.holders += 1;
  }

  /**
   * Makes the directory (mode 0700) if it is missing and locks it. A process may acquire what it already holds; the
   * directory is free when each acquisition has been released, or when the process has ended, however it ended.
   *
   * @throws EmbeddedEngineError if the directory cannot be written, or another running process holds it
   */
  static async acquire(dataDir: string): Promise<DataDirLock> {
    const directory = DataDirLock.prepare(dataDir);
    let rival = 0;
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      // Two that withdraw at the same moment must not come back at the same moment.
      if (attempt > 0) await sleep(randomInt(10, 100));
      const held = DataDirLock.held.get(directory);
      if (held) return new DataDirLock(directory, held);
      const file = DataDirLock.announce(directory);
      const other = DataDirLock.liveRival(directory, file);
      if (other === undefined) {
        const hold = { file, holders: 0 };
        DataDirLock.held.set(directory, hold);
        return new DataDirLock(directory, hold);
      }
      rmSync(file, { force: true });
      rival = other;
    }
    throw new DataDirInUseError(
      `The data directory ${directory} is in use by another running Claviger, process ${rival}.`,
    );
  }

  /** Gives the right back; a second call does nothing. */
  release(): void {
    if (this.released) return;
    this.released = true;
    this.hold.holders -= 1;
    if (this.hold.holders > 0) return;
    DataDirLock.held.delete(this.directory);
    rmSync(this.hold.file, { force: true });
  }

  private static prepare(dataDir: string): string {
    try {
      mkdirSync(dataDir, { recursive: true, mode: 0o700 });
      return realpathSync(dataDir);
    } catch (error) {
      throw unwritable(resolve(dataDir), error);
    }
  }

  private static announce(directory: string): string {
    const stamp = processStamp(process.pid) ?? 'x';
    const file = join(directory, `.lock-${process.pid}-${stamp}-${randomBytes(6).toString('hex')}`);
    try {
      writeFileSync(file, '', { flag: 'wx' });
      return file;
    } catch (error) {
      throw unwritable(directory, error);
    }
  }

  /** @returns the id of another live contender, after clearing away what the dead left */
  private static liveRival(directory: string, own: string): number | undefined {
    let rival: number | undefined;
    for (const name of readdirSync(directory)) {
      const match = NAME.exec(name);
      const file = join(directory, name);
      if (!match || file === own) continue;
      const pid = Number(match[1]);
      if (processStamp(pid) === match[2]) rival = pid;
      else rmSync(file, { force: true });
    }
    return rival;
  }
}

function unwritable(directory: string, error: unknown): EmbeddedEngineError {
  const code = (error as NodeJS.ErrnoException).code ?? 'unknown error';
  return new EmbeddedEngineError(
    `Claviger cannot write to its data directory ${directory} (${code}): make it writable, or set DATA_DIR to another` +
      ' or DATABASE_URL to a PostgreSQL server.',
  );
}
