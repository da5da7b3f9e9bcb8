/** A token that is none of ours, by its form; the reason is for the log, never for the caller. */
export class InvalidToken extends Error {
  /** @param kind whether it cannot be read at all, or says that it is another kind of token */
  constructor(
    readonly reason: string,
    readonly kind: 'malformed' | 'wrong_type' = 'malformed',
  ) {
    super(`The token is invalid: ${reason}`);
    this.name = 'InvalidToken';
  }
}
