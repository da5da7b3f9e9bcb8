import { type EntityManager } from 'typeorm';

/**
 * The stages at a unit's end, in order, so that two units always lock in one: cuts by subject; the growth of what a cut
 * must outlive; the audit row.
 */
const STAGES = ['cut', 'growth', 'audit'] as const;
type Stage = (typeof STAGES)[number];

interface EndWork {
  stage: Stage;
  key: string;
  run: (manager: EntityManager) => Promise<void>;
}

/** One transaction, as services see it: repositories, its time, and work for its end. */
export class Tx {
  private readonly endWork: EndWork[] = [];

  constructor(
    private readonly manager: EntityManager,
    /** The unit's one time: SQL never asks `now()` in a decision. */
    readonly now: Date,
  ) {}

  /** Whether the unit changes something: every change is noted at its end. */
  get changes(): boolean {
    return this.endWork.length > 0;
  }

  /** A repository that works in this transaction, under its tenant. */
  repository<R>(type: new (manager: EntityManager) => R): R {
    return new type(this.manager);
  }

  /**
   * Work for just before the commit, after everything else.
   * @param key orders the work of one stage; the same key twice is done once
   */
  atEnd(stage: Stage, key: string, run: (manager: EntityManager) => Promise<void>): void {
    if (this.endWork.some((other) => other.stage === stage && other.key === key)) return;
    this.endWork.push({ stage, key, run });
  }

  /** Runs what was kept for the end; called by the unit of work alone. */
  async finish(): Promise<void> {
    for (const stage of STAGES) {
      const work = this.endWork.filter((one) => one.stage === stage).sort((a, b) => (a.key < b.key ? -1 : 1));
      for (const { run } of work) await run(this.manager);
    }
  }
}
