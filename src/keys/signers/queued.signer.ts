import { type Abandoned, Signer } from './signer.js';
import { type SigningQueue } from './signing-queue.js';

/** Makes the signatures of another signer wait their turn in the process's queue. */
export class QueuedSigner extends Signer {
  constructor(
    private readonly signer: Signer,
    private readonly queue: SigningQueue,
  ) {
    super();
  }

  override sign(input: Uint8Array, abandoned?: Abandoned): Promise<Buffer> {
    return this.queue.run(() => this.signer.sign(input), abandoned);
  }
}
