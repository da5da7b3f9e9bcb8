const WINDOW_MS = 60_000;
/** More notices in a window than changes of rows explain. */
const MANY = 60_000;

/** Counts notices, and says once in a window what is odd about them: a login of the database may send what it likes. */
export class NoticeMeter {
  private sinceMs: number;
  private all = 0;
  private strange = 0;

  /**
   * @param monotonic milliseconds
   * @param warn takes a sentence for the operator; nothing that a notice says is in it
   */
  constructor(
    private readonly monotonic: () => number,
    private readonly warn: (message: string) => void,
  ) {
    this.sinceMs = monotonic();
  }

  /** @param known whether it names a kind that this version knows, in a form that it would have written */
  count(known: boolean): void {
    this.all += 1;
    if (!known) this.strange += 1;
  }

  /** Called now and then: ends a window whose time is over. */
  tick(): void {
    if (this.monotonic() - this.sinceMs < WINDOW_MS) return;
    if (this.strange > 0)
      this.warn(
        `${this.strange} notices named nothing that this version knows: another program of the database sends them`,
      );
    if (this.all > MANY) this.warn(`${this.all} notices came within a minute: more than changes of rows explain`);
    this.sinceMs = this.monotonic();
    this.all = 0;
    this.strange = 0;
  }
}
