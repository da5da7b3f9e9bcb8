import { LRUCache } from 'lru-cache';
import { type Clock } from '../../common/clock.js';
import { type Holder, type Loaded, type LoadedEntry, type Memory } from './memory.js';
import { NotInMemory } from './not-in-memory.js';

const UNKNOWN_CAPACITY = 10_000;
const BATCH_SIZE = 1000;
/** A batch starts at once, but not sooner than this after the one before: made-up ids cost a handful of queries. */
const BATCH_PACE_MS = 20;

interface Batch {
  ids: Set<string>;
  done: Promise<void>;
}

export interface DirectoryOptions<V extends object> {
  /** The kind that notices name. */
  kind: string;
  /** Snapshots held at most; the one unused longest makes room. */
  capacity: number;
  /** Reads rows and the ledger's head in one statement; ids that it does not answer do not exist. */
  read: (ids: string[], directory: Directory<V>) => Promise<Loaded>;
}

/** Snapshots of one kind of object by id, loaded on first use; what does not exist is remembered apart, so that made-up ids push nobody out. */
export class Directory<V extends object> implements Holder {
  readonly kind: string;
  private readonly known: LRUCache<string, V>;
  private readonly unknown = new LRUCache<string, true>({ max: UNKNOWN_CAPACITY });
  private readonly underWay = new Map<string, Batch>();
  private gathering: Batch | null = null;
  private startedAt = -Infinity;

  constructor(
    private readonly memory: Memory,
    private readonly clock: Clock,
    private readonly options: DirectoryOptions<V>,
  ) {
    this.kind = options.kind;
    this.known = new LRUCache({ max: options.capacity });
    memory.add(this);
  }

  /**
   * The snapshot of an object, or null if there is none; for use inside `Memory.decide`.
   * @throws NotInMemory where it must be loaded first
   */
  get(id: string): V | null {
    const value = this.known.get(id);
    if (value !== undefined) return value;
    if (this.unknown.get(id)) return null;
    throw new NotInMemory(() => this.request(id));
  }

  /** What a load found, for `Loaded.entries`. */
  entry(id: string, value: V | null): LoadedEntry {
    return { holder: this, key: id, value };
  }

  get size(): number {
    return this.known.size + this.unknown.size;
  }

  keyOf(id: string): string {
    return id;
  }

  store(id: string, value: object | null): void {
    if (value === null) this.unknown.set(id, true);
    else this.known.set(id, value as V);
  }

  drop(id: string): void {
    this.known.delete(id);
    this.unknown.delete(id);
  }

  clear(): void {
    this.known.clear();
    this.unknown.clear();
  }

  /** Joins the load of this id, or the batch that gathers. */
  private request(id: string): Promise<void> {
    const loading = this.underWay.get(id);
    if (loading) return loading.done;
    if (!this.gathering || this.gathering.ids.size >= BATCH_SIZE) this.gathering = this.openBatch();
    const batch = this.gathering;
    batch.ids.add(id);
    this.underWay.set(id, batch);
    return batch.done;
  }

  private openBatch(): Batch {
    const batch: Batch = { ids: new Set(), done: Promise.resolve() };
    batch.done = this.run(batch);
    return batch;
  }

  private async run(batch: Batch): Promise<void> {
    const now = this.clock.monotonic();
    const wait = this.startedAt + BATCH_PACE_MS - now;
    this.startedAt = Math.max(now, this.startedAt + BATCH_PACE_MS);
    // One turn of the event loop at least, so that misses of one moment share a statement.
    await new Promise((resolve) => (wait > 0 ? setTimeout(resolve, wait) : setImmediate(resolve)));
    if (this.gathering === batch) this.gathering = null;
    const ids = [...batch.ids];
    try {
      await this.memory.load(async () => {
        const loaded = await this.options.read(ids, this);
        const found = new Set(loaded.entries.filter((entry) => entry.holder === this).map((entry) => entry.key));
        const missing = ids.filter((id) => !found.has(id)).map((id) => this.entry(id, null));
        return { head: loaded.head, entries: [...loaded.entries, ...missing] };
      });
    } finally {
      for (const id of ids) this.underWay.delete(id);
    }
  }
}
