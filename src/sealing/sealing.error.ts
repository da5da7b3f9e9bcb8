/** Why a sealed value could not be opened; none of the reasons tells anything of a key or of the value. */
export type SealingFault = 'no key fits' | 'sealed for another context' | 'damaged';

/** A sealed value that this process cannot open. */
export class SealingError extends Error {
  constructor(
    readonly fault: SealingFault,
    readonly context: string,
    options?: { cause?: unknown },
  ) {
    super(`The sealed value ${context} cannot be opened: ${fault}`, options);
    this.name = 'SealingError';
  }
}
