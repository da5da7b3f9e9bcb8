/** A request that its caller may repeat: the same key and endpoint again answer what was made. */
export interface OnceRequest {
  /** 1 to 255 printable ASCII characters. */
  readonly key: string;
  /** Method and path, in one spelling. */
  readonly endpoint: string;
  /** SHA-256 of the body's canonical JSON; none is `{}`. */
  readonly requestHash: Buffer;
}
