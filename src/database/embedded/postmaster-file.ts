import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { commandLine, isRunning } from './process-stamp.js';

/** What PostgreSQL's main process says of itself in `postmaster.pid`. */
export interface PostmasterNote {
  readonly pid: number;
  readonly port: number;
  readonly ready: boolean;
}

const lineOf = { pid: 0, port: 3, status: 7 };

/** The path of the file in a cluster's directory. */
export function postmasterFile(cluster: string): string {
  return join(cluster, 'postmaster.pid');
}

/** @returns undefined if there is no such file */
export function readPostmaster(cluster: string): PostmasterNote | undefined {
  try {
    const lines = readFileSync(postmasterFile(cluster), 'utf8').split('\n');
    const ready = lines[lineOf.status]?.trim() === 'ready';
    return { pid: Number(lines[lineOf.pid]), port: Number(lines[lineOf.port]), ready };
  } catch {
    return undefined;
  }
}

/** The engine that a dead service left running on this cluster, if any. */
export function livePostmaster(cluster: string): PostmasterNote | undefined {
  const note = readPostmaster(cluster);
  return note && isRunning(note.pid) && serves(note.pid, cluster) ? note : undefined;
}

/**
 * Keeps PostgreSQL from taking a stranger, to whom a dead engine's process id was given, for that engine. The file
 * itself must stay: it names the shared memory by which PostgreSQL sees whether processes of the dead engine live on.
 * A process that starts PostgreSQL is never taken for another engine.
 */
export function disownStranger(cluster: string): void {
  const note = readPostmaster(cluster);
  if (!note || !isRunning(note.pid) || serves(note.pid, cluster)) return;
  const text = readFileSync(postmasterFile(cluster), 'utf8');
  writeFileSync(postmasterFile(cluster), text.replace(/^-?\d+/, String(process.pid)));
}

function serves(pid: number, cluster: string): boolean {
  const command = commandLine(pid);
  return command === undefined ? process.platform === 'win32' : command.includes(cluster);
}
