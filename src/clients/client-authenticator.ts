import { Injectable } from '@nestjs/common';
import { Clock } from '../common/clock.js';
import { isClientSecret } from '../common/credential/format.js';
import { type ClientRefusalReason, OAuthError } from '../common/errors/oauth.error.js';
import { isId } from '../common/id.js';
import { Peppers } from '../sealing/peppers.js';
import { PresentedSecret } from '../sealing/presented-secret.js';
import { type AuthenticationInput } from './authentication/client-authentication-method.js';
import { AUTHENTICATION_METHODS } from './authentication/index.js';
import { ClientDirectory } from './client-directory.js';
import { type ClientSnapshot, type SecretSnapshot } from './client-snapshot.js';

/** What a request showed, ready to be held against what is stored. */
export interface PresentedClient {
  readonly clientId: string;
  readonly secret: PresentedSecret;
}

/** A client that has proven itself, and the secret with which it did. */
export interface AuthenticatedClient {
  readonly client: ClientSnapshot;
  readonly secret: SecretSnapshot;
}

/** Authenticates clients at the OAuth endpoints. Every failure is the same `invalid_client` outside. */
@Injectable()
export class ClientAuthenticator {
  constructor(
    private readonly clients: ClientDirectory,
    private readonly peppers: Peppers,
    private readonly clock: Clock,
  ) {}

  /**
   * Parses and judges by form and checksum, without memory.
   * @throws OAuthError `invalid_request`, `invalid_client`
   */
  present(input: AuthenticationInput): PresentedClient {
    const claims = AUTHENTICATION_METHODS.map((method) => method.parse(input)).filter((claim) => claim !== null);
    // RFC 6749 §2.3: one authentication method in a request.
    const assertions = input.clientAssertion === undefined ? 0 : 1;
    if (claims.length + assertions > 1)
      throw OAuthError.invalidRequest('The client authenticates in more than one way');
    const [claim] = claims;
    if (!claim)
      throw OAuthError.invalidClient(assertions > 0 ? 'assertions are not supported' : 'no client authentication');
    if (!isId('cli', claim.clientId)) throw refusal('malformed client_id', 'unknown_client', claim.clientId);
    if (!isClientSecret(claim.secret)) throw refusal('malformed secret', 'malformed_secret', claim.clientId);
    return { clientId: claim.clientId, secret: new PresentedSecret(claim.secret) };
  }

  /**
   * Proves the client and asks the gate; inside a decision.
   * @throws OAuthError `invalid_client`
   */
  authenticate({ clientId, secret }: PresentedClient): AuthenticatedClient {
    const client = this.clients.get(clientId);
    const matching = this.findMatching(client, secret);
    if (!client) throw refusal('unknown client', 'unknown_client', clientId);
    if (!matching) throw this.wrongSecret(client, secret);
    const reason = this.clients.whyUnusable(client);
    if (reason) throw refusal(reason, 'inactive', clientId, client);
    return { client, secret: matching };
  }

  /** One that expired while it was in memory, or none of the client's at present. */
  private wrongSecret(client: ClientSnapshot, presented: PresentedSecret): OAuthError {
    const matches = (pepperId: string, hash: Buffer): boolean => this.peppers.matches(presented, pepperId, hash);
    const { id: clientId, secrets } = client;
    const expired = secrets.some(({ pepperId, hash }) => matches(pepperId, hash));
    return expired
      ? refusal('expired secret', 'expired_secret', clientId, client)
      : OAuthError.invalidClient('wrong secret', { reason: 'wrong_secret', clientId, client, matches });
  }

  /** Holds the secret against every live one; an unknown client, and one without secrets, costs the same comparison. */
  private findMatching(client: ClientSnapshot | null, presented: PresentedSecret): SecretSnapshot | null {
    const now = this.clock.now();
    const live = client?.secrets.filter(({ expiresAt }) => expiresAt === null || expiresAt > now) ?? [];
    if (live.length === 0) this.peppers.matchesNothing(presented);
    return live.filter(({ pepperId, hash }) => this.peppers.matches(presented, pepperId, hash)).at(-1) ?? null;
  }
}

function refusal(
  detail: string,
  reason: ClientRefusalReason,
  clientId: string,
  client: ClientSnapshot | null = null,
): OAuthError {
  return OAuthError.invalidClient(detail, { reason, clientId, client });
}
