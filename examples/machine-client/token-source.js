import { allowInsecureRequests, clientCredentialsGrant, ClientSecretBasic, discovery } from 'openid-client';

/**
 * Access tokens for one API, for every caller in the process: the one at hand until shortly before it expires, then a
 * new one. Callers that come while it is being fetched wait for the same request. A failure goes to those who waited
 * for it and is not kept: the next call tries anew.
 */
export class TokenSource {
  #settings;
  #server = null;
  #token = null;
  #pending = null;

  /** @param settings `issuer`, `clientId`, `clientSecret`, `audience` and, to ask for less than all, `scope` */
  constructor(settings) {
    requireHttps(settings.issuer);
    this.#settings = settings;
  }

  /** @returns the access token; rejects where the server gives none */
  async get() {
    if (this.#token && Date.now() < this.#token.useUntil) return this.#token.value;
    this.#pending ??= this.#request().finally(() => (this.#pending = null));
    return this.#pending;
  }

  /** Forgets a token that an API refused, unless a newer one has come in its place. */
  refused(value) {
    if (this.#token?.value === value) this.#token = null;
  }

  async #request() {
    const { audience, scope } = this.#settings;
    this.#server ??= await this.#discover();
    const asked = Date.now();
    const answer = await clientCredentialsGrant(this.#server, { audience, ...(scope && { scope }) });
    // A minute early, or a fifth of a short life: a token must not expire on its way. Without a lifetime none is kept.
    const seconds = answer.expires_in ?? 0;
    this.#token = { value: answer.access_token, useUntil: asked + Math.max(seconds - 60, seconds * 0.8) * 1000 };
    return answer.access_token;
  }

  /** Reads the server's metadata (RFC 8414), and checks that it is the issuer's. */
  #discover() {
    const { issuer, clientId, clientSecret } = this.#settings;
    return discovery(new URL(issuer), clientId, undefined, ClientSecretBasic(clientSecret), {
      algorithm: 'oauth2',
      timeout: 10, // seconds, for token requests too
      execute: issuer.startsWith('https:') ? [] : [allowInsecureRequests],
    });
  }
}

/**
 * `fetch` with an access token. Where the API answers 401 (the token was revoked, say) it tries once more with a new
 * one, so a body must be one that can be sent twice, not a stream.
 */
export async function fetchWithToken(tokens, url, init = {}) {
  requireHttps(url);
  const send = (token) => {
    const headers = new Headers(init.headers);
    headers.set('authorization', `Bearer ${token}`);
    return fetch(url, { signal: AbortSignal.timeout(10_000), ...init, headers });
  };
  const token = await tokens.get();
  const answer = await send(token);
  if (answer.status !== 401) return answer;
  await answer.body?.cancel();
  tokens.refused(token);
  return send(await tokens.get());
}

/** Secrets and tokens go over TLS, or do not leave the machine (RFC 6749 §2.3.1, RFC 6750 §5.3). */
function requireHttps(url) {
  const { protocol, hostname } = new URL(url);
  if (protocol !== 'https:' && !['localhost', '127.0.0.1', '[::1]'].includes(hostname)) {
    throw new Error(`Not https: ${url}`);
  }
}
