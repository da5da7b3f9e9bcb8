/** What of a request a client may authenticate with, freed of HTTP. */
export interface AuthenticationInput {
  /** The value of the one `Authorization` header, as it came. */
  readonly authorization: string | undefined;
  readonly clientId: string | undefined;
  readonly clientSecret: string | undefined;
  readonly clientAssertion: string | undefined;
}

/** Which client a request claims to be from, and the secret it shows. Nothing is proven yet. */
export interface ClaimedClient {
  readonly clientId: string;
  readonly secret: string;
}

/** A way for a client to authenticate. It parses what a request presents; `ClientAuthenticator` proves it. */
export abstract class ClientAuthenticationMethod {
  /** The registered name, for metadata (RFC 7591 §2). */
  abstract readonly name: string;

  /**
   * @returns null where the request does not use this method
   * @throws OAuthError `invalid_request` where it does, malformed; `invalid_client` where nothing can be proven
   */
  abstract parse(input: AuthenticationInput): ClaimedClient | null;
}
