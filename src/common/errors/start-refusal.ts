/** A fault of configuration that ends the start: its message is one sentence for the operator. */
export class StartRefusal extends Error {
  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'StartRefusal';
  }
}
