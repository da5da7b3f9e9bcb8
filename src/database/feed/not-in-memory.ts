/** Thrown by a look-up inside a decision: what it needs is not in memory. The decision is made anew once it is loaded. */
export class NotInMemory extends Error {
  constructor(
    /** Loads what was missing, together with whatever else is missing at the moment; resolves even if it must be loaded again. */
    readonly load: () => Promise<void>,
  ) {
    super('not in memory');
    this.name = 'NotInMemory';
  }
}
