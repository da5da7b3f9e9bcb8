/** How far in the ledger of cuts this process has come: every cut up to here is known to it. */
export class Position {
  private value = 0;

  /** The position reached; a token minted now carries it as `rev`. */
  get reached(): number {
    return this.value;
  }

  /** Called in the same synchronous step that applies what stands at this position. */
  advance(position: number): void {
    if (position > this.value) this.value = position;
  }
}
