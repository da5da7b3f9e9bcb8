import { type Origin } from '../common/access/principal.js';
import { cleanParty, type Finding, generalOf, keyOf, type Refusal } from './refusal.js';

/** Different refusals of one kind that are remembered at once. */
const CAPACITY = 1000;
/** How long a refusal that has its row is only counted: so it has at most three rows a minute. */
const REST_MS = 30_000;
/** Rows with names in a trail for one action and reason: what comes on top is counted in the row without. */
const NAMED = { perMs: 60_000, known: 20, strange: 5 };

/** Equal refusals since their last row. */
export interface RefusalCount {
  refusal: Refusal;
  /** Without names; what it stands for is not equal. */
  readonly general: boolean;
  /** Whether nobody owns the object, though a stranger named it. */
  strange: boolean;
  count: number;
  firstMs: number;
  lastMs: number;
  /** Of the first. */
  origin: Origin | null;
  /** No row before this moment. */
  restUntilMs: number;
}

/** A row to write. */
export type RefusalRow = Pick<RefusalCount, 'refusal' | 'count' | 'firstMs' | 'lastMs' | 'origin'>;

/** Counts refusals and says which rows they make: few, however many there are, whose counts add up. */
export class RefusalBook {
  private readonly known = new Map<string, RefusalCount>();
  /** Apart, so that made-up names push no known ones out. */
  private readonly claimed = new Map<string, RefusalCount>();
  /** Words of somebody who is known: strangers do not push those out, either. */
  private readonly asked = new Map<string, RefusalCount>();
  private readonly general = new Map<string, RefusalCount>();
  private readonly named = new Map<string, { rows: number; untilMs: number }>();

  /** Different refusals that are remembered. */
  get size(): number {
    return this.known.size + this.claimed.size + this.asked.size + this.general.size;
  }

  /** Counts a refusal. */
  add(told: Refusal, nowMs: number): void {
    const refusal = { ...told, actor: cleanParty(told.actor), object: cleanParty(told.object) };
    const found = this.find(this.shelfOf(refusal), refusal) ?? this.inGeneral(refusal);
    increase(found, { count: 1, firstMs: nowMs, lastMs: nowMs, origin: told.origin });
  }

  /**
   * Those that may have a row now; what rested and was not repeated is forgotten.
   * @param all the rest of them, too, because there is no later
   */
  due(nowMs: number, all: boolean): RefusalCount[] {
    return [this.known, this.claimed, this.asked, this.general].flatMap((counts) => {
      for (const [key, { count, restUntilMs }] of counts) {
        if (count === 0 && restUntilMs <= nowMs) counts.delete(key);
      }
      return [...counts.values()].filter(({ count, restUntilMs }) => count > 0 && (all || restUntilMs <= nowMs));
    });
  }

  /** Says what was found out about an object that was a mere word; null is nobody's. */
  settle(found: RefusalCount, finding: Finding | null): void {
    const { strange = false, ...facts } = finding ?? { strange: true };
    found.refusal = { ...found.refusal, ...facts, findOwner: undefined };
    found.strange = strange;
  }

  /** Takes the rows of what is due and settled; their counts begin again. */
  take(due: readonly RefusalCount[], nowMs: number, all: boolean): RefusalRow[] {
    for (const [group, { untilMs }] of this.named) if (untilMs <= nowMs) this.named.delete(group);
    const rows: RefusalRow[] = [];
    for (const found of due) {
      if (found.general) continue;
      if (this.mayBeNamed(found, nowMs)) rows.push(close(found, nowMs + REST_MS));
      else increase(this.inGeneral(found.refusal), close(found, nowMs));
    }
    // Only now, since some have just been counted in them.
    const general = this.due(nowMs, all).filter((found) => found.general);
    return [...rows, ...general.map((found) => close(found, nowMs + REST_MS))];
  }

  private shelfOf({ findOwner, actor }: Refusal): Map<string, RefusalCount> {
    if (!findOwner) return this.known;
    return actor.id === null ? this.claimed : this.asked;
  }

  /** The row without names in the same trail, or, if there are too many trails, in the platform's. */
  private inGeneral(refusal: Refusal): RefusalCount {
    const general = generalOf(refusal);
    return this.find(this.general, general, true) ?? this.put(this.general, { ...general, accountId: null }, true);
  }

  /** @returns null if there is no room for another */
  private find(counts: Map<string, RefusalCount>, refusal: Refusal, general = false): RefusalCount | null {
    return counts.size < CAPACITY ? this.put(counts, refusal, general) : (counts.get(keyOf(refusal)) ?? null);
  }

  private put(counts: Map<string, RefusalCount>, refusal: Refusal, general: boolean): RefusalCount {
    const known = counts.get(keyOf(refusal));
    if (known) return known;
    const found = { refusal, general, strange: false, count: 0, firstMs: 0, lastMs: 0, origin: null, restUntilMs: 0 };
    counts.set(keyOf(refusal), found);
    return found;
  }

  private mayBeNamed({ refusal, strange }: RefusalCount, nowMs: number): boolean {
    const group = JSON.stringify([refusal.accountId, refusal.action, refusal.reason, strange]);
    const named = this.named.get(group) ?? { rows: 0, untilMs: nowMs + NAMED.perMs };
    if (named.rows === (strange ? NAMED.strange : NAMED.known)) return false;
    named.rows += 1;
    this.named.set(group, named);
    return true;
  }
}

function increase(found: RefusalCount, { count, firstMs, lastMs, origin }: Omit<RefusalRow, 'refusal'>): void {
  if (found.count === 0) Object.assign(found, { firstMs, lastMs, origin });
  found.count += count;
  found.firstMs = Math.min(found.firstMs, firstMs);
  found.lastMs = Math.max(found.lastMs, lastMs);
}

function close(found: RefusalCount, restUntilMs: number): RefusalRow {
  const { refusal, count, firstMs, lastMs, origin } = found;
  found.count = 0;
  found.restUntilMs = restUntilMs;
  return { refusal, count, firstMs, lastMs, origin };
}
