/** A token that is none of ours, by its form; the reason is for the log, never for the caller. */
export class InvalidToken extends Error {
  constructor(readonly reason: string) {
    super(`The token is invalid: ${reason}`);
    this.name = 'InvalidToken';
  }
}
