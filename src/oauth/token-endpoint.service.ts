import { Injectable } from '@nestjs/common';
import { Clock } from '../common/clock.js';
import { OAuthError } from '../common/errors/oauth.error.js';
import { parseScope } from '../common/oauth/scope.js';
import { AppConfig } from '../config/app-config.js';
import { ClientAuthenticator, type PresentedClient } from '../clients/client-authenticator.js';
import { type SecretSnapshot } from '../clients/client-snapshot.js';
import { SecretUses } from '../clients/secret-uses.js';
import { Memory } from '../database/feed/memory.js';
import { AbandonedError } from '../keys/signers/abandoned.error.js';
import { JwtFormat } from '../tokens/formats/jwt.format.js';
import { type TokenAuthorization } from '../tokens/token-authorization.js';
import { AuthorizationContext } from './authorization-context.js';
import { type TokenResponse } from './dto/token.response.js';
import { GRANTS } from './grants/index.js';
import { type Grant } from './grants/grant.js';
import { type Parameters, parseParameters } from './parameters.js';
import { requestedTarget } from './target.js';

/** A token request, freed of HTTP. */
export interface TokenRequest {
  contentType: string | undefined;
  body: Buffer | undefined;
  authorization: string | undefined;
  /** The caller's address, as far as the trusted proxies tell. */
  address: string;
  /** Whether the caller has hung up. */
  abandoned: () => boolean;
}

/** What is asked for, as far as its form tells; an error in it is told to authenticated clients only. */
interface Asked {
  grant: Grant;
  target: string | null;
  scopes: string[] | null;
}

interface Granted {
  authorization: TokenAuthorization;
  /** The one that the client authenticated with. */
  secret: SecretSnapshot;
}

/** The token endpoint, as a list: every step that is common to all grants, once and in order. */
@Injectable()
export class TokenEndpointService {
  constructor(
    private readonly config: AppConfig,
    private readonly clock: Clock,
    private readonly memory: Memory,
    private readonly authenticator: ClientAuthenticator,
    private readonly secretUses: SecretUses,
    private readonly context: AuthorizationContext,
    private readonly format: JwtFormat,
  ) {}

  /**
   * Answers a token request.
   * @throws OAuthError
   * @see RFC 6749 §4.4, §5
   */
  async answer(request: TokenRequest): Promise<TokenResponse> {
    // 1. Parse; refuse what is repeated or of a wrong type.
    const parameters = parseParameters(request.contentType, request.body);
    // 2. A grant type is there.
    if (parameters.grant_type === undefined) throw OAuthError.invalidRequest('grant_type is missing');
    // 3. The client shows who it is, in a form that can be true. What it asks for is told only after it has proven it.
    const presented = this.authenticator.present({
      authorization: request.authorization,
      clientId: parameters.client_id,
      clientSecret: parameters.client_secret,
      clientAssertion: parameters.client_assertion,
    });
    const asked = judge(parameters);
    const granted = await this.memory.decide(() => this.grant(presented, asked));
    if (granted instanceof OAuthError) throw granted;
    this.secretUses.record(granted.secret.id, request.address);
    // 10. The format mints.
    const token = await this.mint(granted.authorization, request.abandoned);
    // 11. Answer.
    return response(token, granted);
  }

  private async mint(authorization: TokenAuthorization, abandoned: () => boolean): Promise<string> {
    try {
      return await this.format.mint(authorization, abandoned);
    } catch (error) {
      // Nobody reads this answer; it is no fault of the server's.
      if (error instanceof AbandonedError) throw OAuthError.invalidRequest('The caller has hung up');
      throw error;
    }
  }

  /** Steps 3 to 9, in one synchronous function of one moment's memory; what it throws is judged again on a fresh proof. */
  private grant(presented: PresentedClient, asked: Asked | OAuthError): Granted | OAuthError {
    // 3. and 4. The client proves itself, and may be used.
    const authenticated = this.authenticator.authenticate(presented);
    // 6. The grant is registered. RFC 6749 §3.2.1: the client is authenticated first, so this waited.
    if (asked instanceof OAuthError) return asked;
    const { client, secret } = authenticated;
    // 7. Audience. 8. Scopes.
    const { resourceServer, scopes, key, rev } = this.context.settle(client, asked.target, asked.scopes);
    // 9. The grant authorizes.
    const authorization = asked.grant.authorize({
      issuer: this.config.issuer,
      authenticated,
      resourceServer,
      scopes,
      ttlSeconds: resourceServer.tokenTtlSeconds ?? this.config.accessTokenTtlSeconds,
      key,
      rev,
      nowMs: this.clock.now(),
    });
    return { authorization, secret };
  }
}

/** What can be judged by form alone. */
function judge(parameters: Parameters): Asked | OAuthError {
  const grant = GRANTS.find(({ grantType }) => grantType === parameters.grant_type);
  if (!grant) return OAuthError.unsupportedGrantType();
  try {
    const scopes = parameters.scope === undefined ? null : parseScope(parameters.scope);
    return { grant, target: requestedTarget(parameters), scopes };
  } catch (error) {
    if (error instanceof OAuthError) return error;
    throw error;
  }
}

function response(token: string, { authorization, secret }: Granted): TokenResponse {
  const { scopes, issuedAt, expiresAt } = authorization;
  return {
    access_token: token,
    token_type: 'Bearer',
    expires_in: expiresAt - issuedAt,
    ...(scopes.length > 0 && { scope: scopes.join(' ') }),
    ...(secret.expiresAt !== null && { client_secret_expires_at: Math.floor(secret.expiresAt / 1000) }),
  };
}
