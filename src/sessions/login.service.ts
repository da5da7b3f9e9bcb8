import { Injectable } from '@nestjs/common';
import { Clock } from '../common/clock.js';
import { DomainError } from '../common/errors/domain.error.js';
import { writtenOut } from '../common/oauth/scope.js';
import { AppConfig } from '../config/app-config.js';
import { Memory } from '../database/feed/memory.js';
import { type ActiveKey } from '../keys/key-ring.js';
import { SigningKeys } from '../keys/signing-keys.js';
import { type Attempt, SignInLimits } from '../rate-limit/sign-in-limits.js';
import { ResourceServers } from '../resource-servers/resource-servers.js';
import { Ledger } from '../revocations/ledger.js';
import { JwtFormat } from '../tokens/formats/jwt.format.js';
import { type TokenAuthorization } from '../tokens/token-authorization.js';
import { comparedAddress } from '../users/email-address.js';
import { PasswordAuthenticator, type PasswordClaim, type ProvenPerson } from '../users/password-authenticator.js';
import { UserDirectory } from '../users/user-directory.js';
import { type LoginResponse } from './dto/login.response.js';

/** The `client_id` of people's tokens. */
const LOGIN_CLIENT_ID = 'login';

/** Signs people in: each gets a token for the management API. */
@Injectable()
export class LoginService {
  constructor(
    private readonly config: AppConfig,
    private readonly clock: Clock,
    private readonly memory: Memory,
    private readonly limits: SignInLimits,
    private readonly passwords: PasswordAuthenticator,
    private readonly people: UserDirectory,
    private readonly resourceServers: ResourceServers,
    private readonly signingKeys: SigningKeys,
    private readonly ledger: Ledger,
    private readonly format: JwtFormat,
  ) {}

  /**
   * A token for whoever this name and password belong to.
   * @param caller under whose address the attempt is counted, and who may hang up meanwhile
   * @throws DomainError `unauthenticated`, with one text for every reason; `too-many`; `unavailable`
   */
  async signIn(claim: PasswordClaim, caller: Omit<Attempt, 'name'>): Promise<LoginResponse> {
    const attempt = { ...caller, name: comparedAddress(claim.username) };
    const authorization = await this.limits.run(attempt, async (turn) => {
      const proven = await this.passwords.authenticate(claim, turn);
      return this.memory.decide(() => this.authorize(proven));
    });
    const { subject, issuedAt, expiresAt } = authorization;
    const createdAt = new Date(issuedAt * 1000);
    const token = await this.format.mint(authorization);
    await this.passwords.recordLogin(subject, createdAt);
    return {
      access_token: token,
      token_type: 'Bearer',
      expires_in: expiresAt - issuedAt,
      created_at: createdAt.toISOString(),
    };
  }

  /** One moment's decision: the gate, the present role, the key. */
  private authorize({ userId, head }: ProvenPerson): TokenAuthorization {
    const user = this.people.get(userId);
    const reason = user ? this.people.whyUnusable(user) : 'unknown';
    if (!user || reason) throw DomainError.invalidCredentials(reason ?? 'unknown');
    const { accountId, workspaceId } = this.people.standingOf(user);
    const { name, scopes } = this.people.roleOf(user);
    const { issuer, managementAudience, loginTokenTtlSeconds } = this.config;
    const issuedAt = Math.floor(this.clock.now() / 1000);
    return {
      issuer,
      subject: user.id,
      clientId: LOGIN_CLIENT_ID,
      audience: managementAudience,
      scopes: writtenOut(scopes),
      roles: [name],
      accountId,
      workspaceId,
      issuedAt,
      expiresAt: issuedAt + loginTokenTtlSeconds,
      // No later than the password was read: a new one that was set meanwhile ends this token, too.
      rev: Math.min(head, this.ledger.reached),
      typ: 'at+jwt',
      key: this.signingKey(managementAudience),
    };
  }

  private signingKey(audience: string): ActiveKey {
    const server = this.resourceServers.all().named(audience);
    const answer = server && this.signingKeys.ring().signingKey(server.signingAlg, this.clock.now());
    if (answer && 'key' in answer) return answer.key;
    throw DomainError.unavailable('no active key for the management API', {
      retryAfterSeconds: answer?.waitSeconds ?? 1,
    });
  }
}
