/** Whose turn it is, where callers wait for something dear: their network first, then their name within it. */
export interface Turn {
  /** An address, or the network that it stands for. */
  readonly network: string;
  /** Of a fixed length, whatever name was sent. */
  readonly name: string;
  /** Whether whoever waits has hung up; then their turn passes. */
  readonly abandoned?: () => boolean;
}

/** The service's own turn, at the start. */
export const OWN_TURN: Turn = { network: '', name: '' };
