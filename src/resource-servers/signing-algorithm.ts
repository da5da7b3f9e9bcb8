import { type SigningAlg } from '../common/oauth/vocabulary.js';

/** The algorithm that a resource server has, and the one that it is changing to. */
export interface SigningAlgorithms {
  readonly signingAlg: SigningAlg;
  /** Null where it changes to none. */
  readonly nextSigningAlg: SigningAlg | null;
  /** From when tokens are signed with the next one; null as it is. */
  readonly nextSigningAlgFrom: Date | null;
}

/** The algorithm that signs at a moment, epoch milliseconds. */
export function algorithmInForce(of: SigningAlgorithms, nowMs: number): SigningAlg {
  const { signingAlg, nextSigningAlg, nextSigningAlgFrom } = of;
  return nextSigningAlg !== null && nowMs >= (nextSigningAlgFrom?.getTime() ?? 0) ? nextSigningAlg : signingAlg;
}

/** The algorithm that was asked for last, whether or not it signs already. */
export function chosenAlgorithm({ signingAlg, nextSigningAlg }: SigningAlgorithms): SigningAlg {
  return nextSigningAlg ?? signingAlg;
}

/**
 * The change to another algorithm; back to the one in force it cancels the change under way.
 * @param usableFrom when every verifier has had time to learn the key of the new one
 */
export function changeAlgorithm(of: SigningAlgorithms, to: SigningAlg, usableFrom: Date, now: Date): SigningAlgorithms {
  const inForce = algorithmInForce(of, now.getTime());
  if (to === inForce || usableFrom <= now) return { signingAlg: to, nextSigningAlg: null, nextSigningAlgFrom: null };
  return { signingAlg: inForce, nextSigningAlg: to, nextSigningAlgFrom: usableFrom };
}
