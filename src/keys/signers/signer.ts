/** Whether whoever asked has gone; asked just before the signature is made. */
export type Abandoned = () => boolean;

/** The port to whatever holds a private key and signs with it: this process, a KMS, an HSM. */
export abstract class Signer {
  /**
   * The JWS signature of a signing input (RFC 7515 §5.1), in the form of RFC 7518 §3 and RFC 8037 §3.1.
   * @param input the ASCII bytes of header, dot and payload
   * @throws OAuthError `temporarily_unavailable` when more is waiting than can be signed soon
   * @throws AbandonedError when whoever asked has gone
   */
  abstract sign(input: Uint8Array, abandoned?: Abandoned): Promise<Buffer>;
}
