import { type Holder, type Memory } from './memory.js';
import { NotInMemory } from './not-in-memory.js';

const WHOLE = '*';

/** A kind of object of which there are few: held whole, as one snapshot, and read again whole when one of them changes. */
export class Catalogue<V extends object> implements Holder {
  private value: V | null = null;
  private loading: Promise<void> | null = null;

  /**
   * @param kind the kind that notices name
   * @param read reads all of it and the ledger's head in one statement
   */
  constructor(
    private readonly memory: Memory,
    readonly kind: string,
    private readonly read: () => Promise<{ head: number; value: V }>,
  ) {
    memory.add(this);
  }

  /**
   * The snapshot; for use inside `Memory.decide`.
   * @throws NotInMemory where it must be loaded first
   */
  get(): V {
    if (this.value) return this.value;
    throw new NotInMemory(() => (this.loading ??= this.load()));
  }

  /** Whether it is in memory now. */
  isLoaded(): boolean {
    return this.value !== null;
  }

  get size(): number {
    return this.value ? 1 : 0;
  }

  keyOf(): string {
    return WHOLE;
  }

  store(_key: string, value: object | null): void {
    this.value = value as V | null;
  }

  drop(): void {
    this.value = null;
  }

  clear(): void {
    this.value = null;
  }

  private async load(): Promise<void> {
    try {
      await this.memory.load(async () => {
        const { head, value } = await this.read();
        return { head, entries: [{ holder: this, key: WHOLE, value }] };
      });
    } finally {
      this.loading = null;
    }
  }
}
