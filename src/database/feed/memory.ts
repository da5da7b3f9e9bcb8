import { type Clock } from '../../common/clock.js';
import { DomainError } from '../../common/errors/domain.error.js';
import { translatePgError } from '../pg-error.js';
import { NotInMemory } from './not-in-memory.js';
import { type Position } from './position.js';
import { type FeedSubscriber, type Watcher } from './watcher.js';

/** The longest that one decision may wait for loads and proofs; a client that changes without pause is no reason to wait longer. */
const DECISION_MS = 5000;

/** Objects that notices may name while a load is under way; after more of them nothing that it brings is kept. */
const MOST_NAMED = 10_000;

/** A part of memory that holds one kind of object. */
export interface Holder {
  readonly kind: string;
  /** How many it holds. */
  readonly size: number;
  /** The key under which memory holds what a notice names. */
  keyOf(id: string): string;
  store(key: string, value: object | null): void;
  drop(key: string): void;
  clear(): void;
}

/** One object that a load found, or found missing (null). */
export interface LoadedEntry {
  holder: Holder;
  key: string;
  value: object | null;
}

/** What one statement brought: objects of any kind, and the head of the ledger in the same snapshot of the database. */
export interface Loaded {
  /** Position of the ledger's newest cut, milliseconds. */
  head: number;
  entries: LoadedEntry[];
}

interface LoadUnderWay {
  /** What notices named meanwhile. */
  readonly named: Set<string>;
}

const nameOf = (holder: Holder, key: string): string => `${holder.kind} ${key}`;

/**
 * What this process holds of PostgreSQL's rows, kept true by the watcher's notices and proofs. Memory may accept what it
 * has proved; it never refuses on old knowledge.
 */
export class Memory implements FeedSubscriber {
  private readonly holders = new Map<string, Holder>();
  private readonly loads = new Set<LoadUnderWay>();

  constructor(
    private readonly watcher: Watcher,
    private readonly position: Position,
    private readonly clock: Clock,
  ) {
    watcher.subscribe(this);
  }

  /** How many objects of each kind are held. */
  sizes(): Record<string, number> {
    return Object.fromEntries([...this.holders].map(([kind, { size }]) => [kind, size]));
  }

  /** Adds the holder of a kind of object. */
  add(holder: Holder): void {
    this.holders.set(holder.kind, holder);
  }

  /**
   * Decides from memory. The attempt is synchronous, so it sees one moment: snapshots, ledger and position together. If it
   * needs what is not in memory, that is loaded and the attempt is made anew; if it throws, that refusal is made again on
   * a proof asked for after this call, since memory never refuses on old knowledge.
   * What is refused without memory (form, checksum, signature, expiry, a known cut) is refused before this is called.
   * @throws DomainError `unavailable` where PostgreSQL is needed and away; otherwise what the attempt throws
   */
  decide<T>(attempt: () => T): Promise<T> {
    return this.decideSince(this.clock.monotonic(), attempt);
  }

  /**
   * The same, and accepts, too, only on a proof asked for after this call: for what is done in PostgreSQL, which may well
   * answer a process that has stopped hearing of changes.
   * @throws DomainError `unavailable` while PostgreSQL is away; otherwise what the attempt throws
   */
  async decideAfresh<T>(attempt: () => T): Promise<T> {
    const arrived = this.clock.monotonic();
    await this.watcher.prove();
    return this.decideSince(arrived, attempt);
  }

  private async decideSince<T>(arrived: number, attempt: () => T): Promise<T> {
    do {
      if (!this.watcher.isLive()) await this.watcher.usable();
      try {
        return attempt();
      } catch (error) {
        if (error instanceof NotInMemory) await error.load();
        else if (this.watcher.provenSince(arrived)) throw error;
        else await this.watcher.prove();
      }
    } while (this.clock.monotonic() - arrived < DECISION_MS);
    throw DomainError.unavailable('no decision in time');
  }

  /**
   * Loads into memory. What a notice named while the load was under way, and all of it if the connection was lost, is not
   * kept: whoever waits finds it missing and loads again. Kept is only what the ledger known here has caught up with.
   * @throws DomainError `unavailable` while PostgreSQL is away
   */
  async load(read: () => Promise<Loaded>): Promise<void> {
    await this.watcher.ready();
    const epoch = this.watcher.epoch;
    const underWay: LoadUnderWay = { named: new Set() };
    this.loads.add(underWay);
    try {
      const { head, entries } = await read();
      await this.catchUp(head, epoch);
      if (this.watcher.epoch !== epoch) return;
      if (underWay.named.size >= MOST_NAMED) return;
      for (const { holder, key, value } of entries) {
        if (!underWay.named.has(nameOf(holder, key))) holder.store(key, value);
      }
    } catch (error) {
      throw translatePgError(error);
    } finally {
      this.loads.delete(underWay);
    }
  }

  /** What a load saw of the ledger, every proof that is asked for after it sees, too. */
  private async catchUp(head: number, epoch: number): Promise<void> {
    if (this.position.reached >= head) return;
    await this.watcher.prove();
    if (this.position.reached >= head || this.watcher.epoch !== epoch) return;
    throw DomainError.unavailable('the feed listens to another ledger than the pool reads');
  }

  /** Drops one object, and voids what loads under way bring of it. */
  forget(kind: string, id: string): void {
    const holder = this.holders.get(kind);
    if (!holder) return;
    const key = holder.keyOf(id);
    holder.drop(key);
    for (const { named } of this.loads) if (named.size < MOST_NAMED) named.add(nameOf(holder, key));
  }

  notice(kind: string, id: string): boolean {
    this.forget(kind, id);
    return this.holders.has(kind);
  }

  drop(): void {
    for (const holder of this.holders.values()) holder.clear();
  }
}
