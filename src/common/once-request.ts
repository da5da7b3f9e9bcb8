/** A request that its caller may repeat: the same key and endpoint again answer what was made. */
export interface OnceRequest {
  /** 1 to 255 printable ASCII characters. */
  readonly key: string;
  /** Method and path. */
  readonly endpoint: string;
  /** SHA-256 of the body; none is `{}`. */
  readonly requestHash: Buffer;
}
