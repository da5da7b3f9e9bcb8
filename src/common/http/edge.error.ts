/** A refusal of the HTTP edge itself, before any controller sees the request. Its message is a fixed public text. */
export class EdgeError extends Error {
  private constructor(
    readonly status: number,
    message?: string,
    /** The methods that the path has, for `Allow`. */
    readonly allow?: string,
  ) {
    super(message);
    this.name = 'EdgeError';
  }

  /** The request's framing or body cannot be read. */
  static malformed(message: string): EdgeError {
    return new EdgeError(400, message);
  }

  /** Plain HTTP where HTTPS is required. */
  static httpsRequired(): EdgeError {
    return new EdgeError(403, 'HTTPS is required');
  }

  /** A parameter of the URL is there to hold a credential. */
  static credentialInUrl(): EdgeError {
    return new EdgeError(400, 'Credentials belong in the Authorization header, never in the URL');
  }

  /** No route has this path. */
  static notFound(): EdgeError {
    return new EdgeError(404, 'Not found');
  }

  /**
   * The path has other methods than this one (RFC 9110 §15.5.6).
   * @param allow those it has, comma-separated
   */
  static methodNotAllowed(allow: string): EdgeError {
    return new EdgeError(405, 'Method not allowed', allow);
  }

  /** The body's media type or coding is not one that is read here (RFC 9110 §15.5.16). */
  static unsupportedMediaType(message: string): EdgeError {
    return new EdgeError(415, message);
  }
}
