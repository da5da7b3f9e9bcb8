import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

/** The fields of /proc/<pid>/stat from the third on; the second, the name, may itself hold spaces and brackets. */
function procStat(pid: number): string[] | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch {
    return undefined;
  }
}

function ps(pid: number, column: string): string | undefined {
  try {
    const stdio: ['ignore', 'pipe', 'ignore'] = ['ignore', 'pipe', 'ignore'];
    return execFileSync('/bin/ps', ['-o', `${column}=`, '-p', String(pid)], { encoding: 'utf8', stdio }).trim();
  } catch {
    return undefined;
  }
}

/** Whether a process with this id runs. A zombie does not: it answers signals until its parent reaps it. */
export function isRunning(pid: number): boolean {
  if (!Number.isSafeInteger(pid) || pid <= 0) return false;
  if (process.platform === 'linux') {
    const state = procStat(pid)?.[0];
    return state !== undefined && state !== 'Z' && state !== 'X';
  }
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/**
 * What tells a running process from a later one with the same id: the boot and the moment at which it began. Windows
 * offers no cheap answer, so there the id alone must do.
 *
 * @returns letters and digits, or undefined if no such process runs
 */
export function processStamp(pid: number): string | undefined {
  if (!isRunning(pid)) return undefined;
  if (process.platform === 'win32') return 'w';
  if (process.platform === 'linux') {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').slice(0, 8);
    const startedAt = procStat(pid)?.[19];
    return startedAt === undefined ? undefined : `${boot}x${startedAt}`;
  }
  const startedAt = ps(pid, 'lstart');
  return startedAt ? createHash('sha256').update(startedAt).digest('hex').slice(0, 16) : undefined;
}

/** The command line of a running process, its arguments separated by blanks; undefined where it cannot be known. */
export function commandLine(pid: number): string | undefined {
  if (process.platform === 'win32') return undefined;
  if (process.platform !== 'linux') return ps(pid, 'command');
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    return undefined;
  }
}
