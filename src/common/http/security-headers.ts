/** The headers of every response, made once: the two kinds differ in what old caches need. */
export interface SecurityHeaders {
  readonly oauth: Readonly<Record<string, string>>;
  readonly other: Readonly<Record<string, string>>;
}

/**
 * The headers that every response begins with. What may be cached overwrites `Cache-Control` in its controller.
 * @param issuer decides about HSTS: promising HTTPS for an http issuer would lock its users out
 */
export function securityHeaders(issuer: string): SecurityHeaders {
  const other = Object.freeze({
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
    'cache-control': 'no-store',
    // RFC 6797 §7.2
    ...(issuer.startsWith('https:') && { 'strict-transport-security': 'max-age=31536000' }),
  });
  // RFC 6749 §5.1: tokens carry Pragma as well.
  return Object.freeze({ oauth: Object.freeze({ ...other, pragma: 'no-cache' }), other });
}
