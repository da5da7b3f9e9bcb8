import { availableParallelism } from 'node:os';
import { type Clock } from '../../common/clock.js';
import { OAuthError } from '../../common/errors/oauth.error.js';
import { AbandonedError } from './abandoned.error.js';
import { type Abandoned } from './signer.js';

/**
 * For each core: a thread that has finished must find the next signature waiting in libuv's own queue, since this one is
 * served only when the event loop comes round. More than needed for that would wait there, where nothing can be dropped.
 */
const IN_FLIGHT_PER_CORE = 4;
const MOST_IN_FLIGHT = 16;
const MAX_WAIT_MS = 250;
const RETRY_AFTER_SECONDS = 1;
/** Of an RSA-2048 signature, before any was made here. */
const FIRST_GUESS_MS = 1;
/** How much one signature moves the average: a slow one is an accident, thirty are the machine. */
const WEIGHT = 1 / 32;
/** A burst of requests keeps the event loop from hearing of a signature that was long made: one such reading says little. */
const MOST_OF_AVERAGE = 4;

interface Job {
  readonly work: () => Promise<Buffer>;
  readonly abandoned: Abandoned | undefined;
  readonly resolve: (signature: Buffer) => void;
  readonly reject: (error: unknown) => void;
  next: Job | null;
}

/**
 * The process's queue of expensive signatures: as many under way as keep every core busy, the others in the order in which they
 * came, and never more of them than a quarter of a second makes. Every step is O(1).
 */
export class SigningQueue {
  private first: Job | null = null;
  private last: Job | null = null;
  private waiting = 0;
  private underWay = 0;
  /** Milliseconds from one finished signature to the next while the queue is busy. */
  private intervalMs = FIRST_GUESS_MS;

  /** @param parallel how many are under way at once */
  constructor(
    private readonly clock: Clock,
    private readonly parallel = Math.min(availableParallelism() * IN_FLIGHT_PER_CORE, MOST_IN_FLIGHT),
  ) {}

  /**
   * Does the work when its turn comes.
   * @param abandoned asked just before; what nobody waits for any more costs no signature
   * @throws OAuthError `temporarily_unavailable`, `Retry-After: 1`, when a quarter of a second's worth is waiting
   * @throws AbandonedError when whoever asked has gone
   */
  run(work: () => Promise<Buffer>, abandoned?: Abandoned): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      if (this.waiting * this.intervalMs >= MAX_WAIT_MS) {
        reject(OAuthError.temporarilyUnavailable(`${this.waiting} signatures are waiting`, RETRY_AFTER_SECONDS));
        return;
      }
      this.append({ work, abandoned, resolve, reject, next: null });
      this.startWhatMay();
    });
  }

  private append(job: Job): void {
    if (this.last) this.last.next = job;
    else this.first = job;
    this.last = job;
    this.waiting += 1;
  }

  private take(): Job | null {
    const job = this.first;
    if (!job) return null;
    this.first = job.next;
    if (!this.first) this.last = null;
    this.waiting -= 1;
    return job;
  }

  private startWhatMay(): void {
    while (this.underWay < this.parallel) {
      const job = this.take();
      if (!job) return;
      if (job.abandoned?.()) job.reject(new AbandonedError());
      else void this.start(job);
    }
  }

  private async start({ work, resolve, reject }: Job): Promise<void> {
    this.underWay += 1;
    const beside = this.underWay;
    const startedAt = this.clock.monotonic();
    try {
      resolve(await work());
    } catch (error) {
      reject(error);
    } finally {
      this.underWay -= 1;
      // Those that are made side by side share the time that each of them takes.
      const intervalMs = (this.clock.monotonic() - startedAt) / beside;
      this.intervalMs += (Math.min(intervalMs, this.intervalMs * MOST_OF_AVERAGE) - this.intervalMs) * WEIGHT;
      this.startWhatMay();
    }
  }
}
