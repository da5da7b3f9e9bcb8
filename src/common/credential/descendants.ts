import { type Principal } from '../access/principal.js';

/**
 * The API keys that a credential made, seen from the credential: a port of whoever keeps API keys.
 * @typeParam Unit the transaction that it works in
 */
export abstract class Descendants<Unit> {
  /** How many API keys that the credential made itself live still. */
  abstract countLive(unit: Unit, credentialId: string): Promise<number>;

  /**
   * Ends the API keys that the credential made, and what they made, through keys that are dead or rotated already, too.
   * @returns how many it ended
   */
  abstract end(unit: Unit, principal: Principal, credentialId: string): Promise<number>;
}
