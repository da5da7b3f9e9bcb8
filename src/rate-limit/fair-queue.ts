import { DomainError } from '../common/errors/domain.error.js';
import { type Turn } from './turn.js';

/** Who may wait at most: of one name at one network, of one network, and of all. */
export interface QueueBounds {
  readonly perName: number;
  readonly perNetwork: number;
  readonly total: number;
}

interface Waiter {
  readonly turn: Turn;
  readonly work: () => Promise<void>;
  readonly refuse: (error: Error) => void;
}

const RETRY_SECONDS = 2;

/**
 * Does dear work one at a time. Who waits takes turns by network, and by name within it, so that many requests of one
 * caller delay another by one turn. Whoever has too many waiting is turned away, and nobody else.
 */
export class FairQueue {
  /** Networks in the order of their turns, and in each the names in theirs. */
  private readonly waiting = new Map<string, Map<string, Waiter[]>>();
  private working = false;

  constructor(private readonly bounds: QueueBounds) {}

  /** How many wait. */
  get size(): number {
    let size = 0;
    for (const names of this.waiting.values()) size += countOf(names);
    return size;
  }

  /**
   * Does the work when it is the caller's turn.
   * @throws DomainError `too-many` where the caller has too many waiting; `unavailable` for one who has hung up
   */
  run<T>(turn: Turn, work: () => Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const done = (): Promise<void> => work().then(resolve, reject);
      this.add({ turn, work: done, refuse: reject });
      void this.serve();
    });
  }

  private add(waiter: Waiter): void {
    const { network, name } = waiter.turn;
    const names = this.waiting.get(network) ?? new Map<string, Waiter[]>();
    const own = names.get(name) ?? [];
    const { perName, perNetwork, total } = this.bounds;
    if (own.length >= perName || countOf(names) >= perNetwork || (this.size >= total && !this.makeRoom(names))) {
      waiter.refuse(DomainError.tooMany(RETRY_SECONDS, 'passwords_waiting'));
      return;
    }
    own.push(waiter);
    names.set(name, own);
    this.waiting.set(network, names);
  }

  /**
   * Turns the newest waiter of the busiest network away.
   * @returns whether that is another network than the newcomer's
   */
  private makeRoom(newcomers: ReadonlyMap<string, Waiter[]>): boolean {
    const [busiest] = [...this.waiting].sort(([, one], [, other]) => countOf(other) - countOf(one));
    if (!busiest || countOf(busiest[1]) <= countOf(newcomers)) return false;
    const [network, names] = busiest;
    const [name, own] = [...names].reduce((one, other) => (other[1].length > one[1].length ? other : one));
    own.pop()?.refuse(DomainError.tooMany(RETRY_SECONDS, 'passwords_waiting'));
    if (own.length === 0) names.delete(name);
    if (names.size === 0) this.waiting.delete(network);
    return true;
  }

  private async serve(): Promise<void> {
    if (this.working) return;
    this.working = true;
    for (let waiter = this.next(); waiter; waiter = this.next()) {
      if (waiter.turn.abandoned?.()) waiter.refuse(DomainError.unavailable('the caller has hung up'));
      else await waiter.work();
    }
    this.working = false;
  }

  /** Takes the first of the first name of the first network; network and name go to the end. */
  private next(): Waiter | undefined {
    const [network, names] = first(this.waiting) ?? [];
    if (network === undefined || !names) return undefined;
    const [name, own] = first(names) ?? [];
    const waiter = own?.shift();
    this.waiting.delete(network);
    if (name !== undefined && own) {
      names.delete(name);
      if (own.length > 0) names.set(name, own);
    }
    if (names.size > 0) this.waiting.set(network, names);
    return waiter;
  }
}

function first<K, V>(map: ReadonlyMap<K, V>): [K, V] | undefined {
  const { value, done } = map.entries().next();
  return done ? undefined : value;
}

function countOf(names: ReadonlyMap<string, Waiter[]>): number {
  let count = 0;
  for (const own of names.values()) count += own.length;
  return count;
}
