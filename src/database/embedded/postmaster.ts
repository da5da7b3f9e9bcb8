import { execFile } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { type EngineHome } from './engine-home.js';
import { engineArguments } from './engine-settings.js';
import { type EngineSite } from './engine-site.js';
import { type PostmasterNote, readPostmaster } from './postmaster-file.js';
import { isRunning } from './process-stamp.js';

const POLL_MS = 20;
const ADOPTED_POLL_MS = 100;
const READY_WITHIN_MS = 180_000;
const QUIT_AFTER_MS = 4_000;

/** PostgreSQL's main process, made by this service or adopted from one that died. */
export class Postmaster {
  /** Resolves when the process has ended. Never rejects. */
  readonly ended: Promise<void>;
  private over = false;

  private constructor(
    readonly pid: number,
    readonly port: number,
    private readonly site: EngineSite,
    watch: (done: () => void) => void,
  ) {
    this.ended = new Promise<void>((resolve) => watch(resolve)).then(() => {
      this.over = true;
    });
  }

  /** Starts an engine; it is not ready yet. */
  static spawn(home: EngineHome, site: EngineSite, port: number, durable: boolean): Postmaster {
    home.rotateLog();
    const log = openSync(home.log, 'a', 0o600);
    try {
      const args = engineArguments(site.cluster, port, site.major, durable);
      const child = site.user.spawn(site.postgres, args, ['ignore', log, log]);
      child.unref();
      const watch = (done: () => void): void => void child.once('exit', done).once('error', done);
      return new Postmaster(child.pid ?? 0, port, site, watch);
    } finally {
      closeSync(log);
    }
  }

  /** Takes over an engine that runs. It is nobody's child here, so that its end can only be looked for. */
  static adopt(site: EngineSite, note: PostmasterNote): Postmaster {
    const watch = (done: () => void): void => {
      const timer = setInterval(() => {
        if (isRunning(note.pid)) return;
        clearInterval(timer);
        done();
      }, ADOPTED_POLL_MS).unref();
    };
    return new Postmaster(note.pid, note.port, site, watch);
  }

  /**
   * Waits until it takes connections.
   *
   * @returns false if it ended instead, or took more than three minutes
   */
  async ready(): Promise<boolean> {
    for (let waited = 0; waited < READY_WITHIN_MS && !this.over; waited += POLL_MS) {
      const note = readPostmaster(this.site.cluster);
      if (note?.pid === this.pid && note.ready) return true;
      await sleep(POLL_MS);
    }
    return false;
  }

  /** Ends it: connections are cut and the files left as they should be; after 4 s without that. Idempotent. */
  async stop(): Promise<void> {
    this.signal('INT');
    for (let waited = 0; !this.over; waited += POLL_MS) {
      // Its own exit wakes this loop at once; a process of somebody else's must be looked for.
      await Promise.race([this.ended, sleep(POLL_MS)]);
      if (waited === QUIT_AFTER_MS) this.signal('QUIT');
    }
  }

  private signal(name: 'INT' | 'QUIT'): void {
    if (this.over || this.pid === 0) return;
    if (process.platform === 'win32') {
      execFile(this.site.pgCtl, ['kill', name, String(this.pid)], { windowsHide: true }, () => undefined);
      return;
    }
    try {
      process.kill(this.pid, `SIG${name}`);
    } catch {
      // It has ended, and `ended` is about to say so.
    }
  }
}
