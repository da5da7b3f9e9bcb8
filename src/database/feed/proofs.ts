/** Questions to PostgreSQL, shared: at most one is under way and one waits, however many callers need a proof. */
export class Proofs {
  private underWay: Promise<void> = Promise.resolve();
  private next: Promise<void> | null = null;

  constructor(private readonly ask: () => Promise<void>) {}

  /** Resolves after a question that is asked from now on was answered; rejects if that one fails. */
  fresh(): Promise<void> {
    if (this.next) return this.next;
    const run = async (): Promise<void> => {
      await this.underWay.catch(() => undefined);
      this.next = null;
      this.underWay = this.ask();
      await this.underWay;
    };
    const next = run();
    next.catch(() => undefined);
    this.next = next;
    return next;
  }
}
