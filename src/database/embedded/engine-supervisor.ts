import { setTimeout as sleep } from 'node:timers/promises';
import { EmbeddedEngineError } from './embedded-engine.error.js';
import { type EngineHome, type EngineState } from './engine-home.js';
import { logIn, loginUrl } from './engine-login.js';
import { type EngineSite } from './engine-site.js';
import { freePort, isFree } from './free-port.js';
import { disownStranger, livePostmaster, postmasterFile } from './postmaster-file.js';
import { Postmaster } from './postmaster.js';
import { Watchdog } from './watchdog.js';

const START_ATTEMPTS = 40;
const START_RETRY_MS = 250;
const FIRST_BACK_OFF_MS = 100;
const LONGEST_BACK_OFF_MS = 5_000;

// What passes by itself: processes of an engine that was killed, or an engine that is still ending.
const PASSING = /shared memory block|lock file "[^"]*" already exists|is in use|being used by/;

export type EngineLog = (level: 'info' | 'warn' | 'error', message: string) => void;

/** Keeps one engine alive on one port for as long as its service wants it. */
export class EngineSupervisor {
  private readonly watchdog: Watchdog;
  private readonly stopping = new AbortController();
  private postmaster: Postmaster | undefined;
  private watching: Promise<void> = Promise.resolve();

  constructor(
    private readonly home: EngineHome,
    private readonly site: EngineSite,
    private readonly durable: boolean,
    private readonly log: EngineLog,
  ) {
    this.watchdog = Watchdog.claim(home.ownerFile, postmasterFile(site.cluster), site.pgCtl);
  }

  /**
   * Adopts the engine that a dead service left, or starts one.
   *
   * @returns the connection string, good until `stop`
   * @throws EmbeddedEngineError if it does not start
   */
  async begin(state: EngineState): Promise<string> {
    const postmaster = (await this.adopt(state)) ?? (await this.launch(state.port));
    this.postmaster = postmaster;
    if (postmaster.port !== state.port) this.home.remember({ ...state, port: postmaster.port });
    const url = loginUrl(postmaster.port, state.password);
    await logIn(url);
    this.watching = this.watch(postmaster);
    return url;
  }

  /** Ends the engine. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await this.postmaster?.stop();
    await this.watching;
    this.watchdog.dismiss();
  }

  /** @returns undefined if nothing runs that can be used */
  private async adopt({ password }: EngineState): Promise<Postmaster | undefined> {
    const orphan = livePostmaster(this.site.cluster);
    if (!orphan) return undefined;
    const postmaster = Postmaster.adopt(this.site, orphan);
    this.watchdog.guard(orphan.pid);
    if (await postmaster.ready()) {
      const { durable } = await logIn(loginUrl(orphan.port, password)).catch(() => ({ durable: undefined }));
      if (durable === this.durable) {
        this.log('info', `Adopted the running PostgreSQL engine, process ${orphan.pid}.`);
        return postmaster;
      }
    }
    // It is ending already, or it is not as this service wants it.
    await postmaster.stop();
    return undefined;
  }

  private async launch(preferred: number): Promise<Postmaster> {
    let fault = '';
    let port = await freePort(preferred);
    for (let attempt = 0; attempt < START_ATTEMPTS; attempt += 1) {
      const begun = await this.attempt(port);
      if (begun instanceof Postmaster) return begun;
      fault = begun;
      if (!(await isFree(port))) port = await freePort(0);
      else if (!PASSING.test(fault)) break;
      await sleep(START_RETRY_MS);
    }
    throw EmbeddedEngineError.because(fault, this.home.log);
  }

  /** @returns an engine that takes connections, or why there is none */
  private async attempt(port: number): Promise<Postmaster | string> {
    const logged = this.home.logSize();
    disownStranger(this.site.cluster);
    this.watchdog.expect();
    const postmaster = Postmaster.spawn(this.home, this.site, port, this.durable);
    this.watchdog.guard(postmaster.pid);
    this.postmaster = postmaster;
    if (await postmaster.ready()) return postmaster;
    await postmaster.stop();
    this.watchdog.rest();
    return this.home.complaintSince(logged) ?? 'PostgreSQL ended without a word';
  }

  /** Starts the engine again, on its port, each time that it ends by itself. */
  private async watch(first: Postmaster): Promise<void> {
    let current = first;
    for (;;) {
      await current.ended;
      this.watchdog.rest();
      if (!this.wanted()) return;
      this.log('warn', `The PostgreSQL engine, process ${current.pid}, ended by itself; starting it again.`);
      const next = await this.revive(current.port);
      if (!next) return;
      current = next;
    }
  }

  /** @returns undefined if the service no longer wants an engine */
  private async revive(port: number): Promise<Postmaster | undefined> {
    let pause = FIRST_BACK_OFF_MS;
    while (this.wanted()) {
      const begun = await this.attempt(port).catch((error: unknown) => EmbeddedEngineError.from(error).message);
      if (begun instanceof Postmaster) {
        this.log('info', `The PostgreSQL engine runs again, process ${begun.pid}.`);
        return begun;
      }
      // A stop ends an attempt, too: that is no fault.
      if (!this.wanted()) return undefined;
      this.log('error', `The PostgreSQL engine did not start: ${begun}; the next attempt is in ${pause} ms.`);
      await sleep(pause, undefined, { signal: this.stopping.signal, ref: false }).catch(() => undefined);
      pause = Math.min(pause * 2, LONGEST_BACK_OFF_MS);
    }
    return undefined;
  }

  private wanted(): boolean {
    return !this.stopping.signal.aborted;
  }
}
