import { OAuthError } from '../../common/errors/oauth.error.js';
import { type TokenAuthorization } from '../../tokens/token-authorization.js';
import { Grant, type GrantContext } from './grant.js';

/** The client asks for itself: it is the token's subject (RFC 6749 §4.4, RFC 9068 §2.2). */
export class ClientCredentialsGrant extends Grant {
  readonly grantType = 'client_credentials';

  authorize({
    issuer,
    authenticated,
    resourceServer,
    scopes,
    ttlSeconds,
    key,
    rev,
    nowMs,
  }: GrantContext): TokenAuthorization {
    const { client } = authenticated;
    const issuedAt = Math.floor(nowMs / 1000);
    // No token outlives its client.
    const clientEnd = client.expiresAt === null ? Infinity : Math.floor(client.expiresAt / 1000);
    const expiresAt = Math.min(issuedAt + ttlSeconds, clientEnd);
    if (expiresAt <= issuedAt) throw OAuthError.invalidClient('expired');
    return {
      issuer,
      subject: client.id,
      clientId: client.id,
      audience: resourceServer.identifier,
      scopes,
      roles: [client.role],
      accountId: client.accountId,
      workspaceId: client.workspaceId,
      issuedAt,
      expiresAt,
      rev,
      typ: resourceServer.tokenTyp,
      key,
    };
  }
}
