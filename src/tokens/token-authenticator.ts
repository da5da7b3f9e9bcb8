import { Injectable } from '@nestjs/common';
import { ClientDirectory } from '../clients/client-directory.js';
import { type LedgerName, type Principal, type Standing } from '../common/access/principal.js';
import { Clock } from '../common/clock.js';
import { type UnusableReason } from '../common/credential/usable.js';
import { DomainError } from '../common/errors/domain.error.js';
import { type TokenHolder, type TokenRefusal, type TokenRefusalReason } from '../common/errors/token-refusal.js';
import { isId } from '../common/id.js';
import { writtenOut } from '../common/oauth/scope.js';
import { AppConfig } from '../config/app-config.js';
import { Memory } from '../database/feed/memory.js';
import { SigningKeys } from '../keys/signing-keys.js';
import { Ledger } from '../revocations/ledger.js';
import { cutSubject, type CutSubject } from '../revocations/subject.js';
import { Roles } from '../roles/roles.js';
import { UserDirectory } from '../users/user-directory.js';
import { type AccessTokenClaims } from './access-token-claims.js';
import { AccessTokenVerifier, type DecodedAccessToken } from './access-token-verifier.js';
import { InvalidToken } from './invalid-token.error.js';

const refused = (detail: string, refusal: TokenRefusal): DomainError =>
  DomainError.unauthenticated('invalid_token', detail, refusal);

/** What the gate says of a holder, in the words of the audit trail. */
const GATE_REASONS: Readonly<Record<UnusableReason, TokenRefusalReason>> = {
  deactivated: 'owner_deactivated',
  expired: 'owner_deactivated',
  'workspace ended': 'owner_deactivated',
  'account ended': 'owner_deactivated',
  'account suspended': 'tenant_suspended',
  'tenant unknown': 'unknown_owner',
};

/** Turns an access token for the management API into a principal: signature, audience, life, cuts, and the gate. */
@Injectable()
export class TokenAuthenticator {
  constructor(
    private readonly config: AppConfig,
    private readonly clock: Clock,
    private readonly memory: Memory,
    private readonly verifier: AccessTokenVerifier,
    private readonly signingKeys: SigningKeys,
    private readonly ledger: Ledger,
    private readonly clients: ClientDirectory,
    private readonly people: UserDirectory,
    private readonly roles: Roles,
  ) {}

  /**
   * Takes a token that is ours: form, audience, life, known cuts, and the signature.
   * @throws DomainError `unauthenticated`, with one public text for every reason
   * @see RFC 9068 §4
   */
  async verify(token: string): Promise<VerifiedToken> {
    const decoded = this.decode(token);
    // What form, expiry and a known cut refuse needs no proof of memory.
    this.refuseByForm(decoded);
    const key = await this.memory.decide(() => {
      const found = this.signingKeys.ring().verificationKey(decoded.kid);
      if (!found) throw claimed('unknown kid', 'unknown_key', decoded);
      return found;
    });
    if (!(await this.verifier.verifySignature(decoded, key)))
      throw claimed('wrong signature', 'bad_signature', decoded);
    return { decoded };
  }

  /**
   * Whoever the token was issued to, with what its role may do at present: never more than the token says. Inside a
   * decision: one moment's cuts, holder with everything above, and present role.
   * @throws DomainError `unauthenticated`, with one public text for every reason
   */
  principal({ decoded }: VerifiedToken): Principal {
    const { sub, exp, scope, jti } = decoded.claims;
    const holder = isId('usr', sub) ? this.person(sub) : this.client(sub);
    if (!holder) throw proven('unknown holder', 'unknown_owner', decoded, null);
    if (holder.reason) throw proven(holder.reason, GATE_REASONS[holder.reason], decoded, holder.standing);
    if (this.isDead(decoded, holder.subjects)) throw proven('revoked', 'revoked', decoded, holder.standing);
    const present = writtenOut(this.roles.get(holder.role)?.scopes ?? []);
    return {
      type: holder.type,
      id: sub,
      ...holder.standing,
      role: holder.role,
      scopes: (scope?.split(' ') ?? []).filter((one) => present.includes(one)),
      expiresAt: exp * 1000,
      tokenId: jti,
      grounds: { position: this.ledger.reached, names: namesOf(decoded, holder.subjects) },
    };
  }

  private decode(token: string): DecodedAccessToken {
    try {
      return this.verifier.decode(token);
    } catch (error) {
      if (!(error instanceof InvalidToken)) throw error;
      throw refused(error.reason, { reason: error.kind, jti: null, holder: null });
    }
  }

  private refuseByForm(decoded: DecodedAccessToken): void {
    const { iss, aud, exp, iat } = decoded.claims;
    if (iss !== this.config.issuer) throw claimed('another issuer', 'wrong_issuer', decoded);
    if (aud !== this.config.managementAudience) throw claimed('another audience', 'wrong_audience', decoded);
    // RFC 7519 §4.1.4: not on or after; this server's own clock needs no leeway.
    if (exp * 1000 <= this.clock.now() || exp <= iat) throw claimed('expired', 'expired', decoded);
    if (this.isDead(decoded)) throw claimed('revoked', 'revoked', decoded);
  }

  private client(id: string): Holder | null {
    const client = this.clients.get(id);
    if (!client) return null;
    const { level, accountId, workspaceId, role } = client;
    const standing = { level, accountId, workspaceId };
    return { type: 'client', standing, role, reason: this.clients.whyUnusable(client), subjects: [] };
  }

  private person(id: string): Holder | null {
    const user = this.people.get(id);
    if (!user) return null;
    return {
      type: 'user',
      standing: this.people.standingOf(user),
      role: user.role,
      reason: this.people.whyUnusable(user),
      // A token of the platform's own people names no account.
      subjects: [cutSubject('account', user.accountId)],
    };
  }

  private isDead({ kid, claims }: DecodedAccessToken, further: readonly CutSubject[] = []): boolean {
    const subjects = [...subjectsOf(claims), ...further];
    return this.ledger.isDead({ kid, jti: claims.jti, rev: claims.rev, subjects });
  }
}

/** Whom a token was issued to, as memory has it. */
interface Holder {
  readonly type: 'client' | 'user';
  readonly standing: Standing;
  readonly role: string;
  readonly reason: UnusableReason | null;
  /** What a cut can name beside the token's claims. */
  readonly subjects: readonly CutSubject[];
}

/** A token whose signature is ours; whoever it was issued to may have ended since. */
export interface VerifiedToken {
  readonly decoded: DecodedAccessToken;
}

/** The refusal of a token whose signature nobody has verified: whatever it says, anybody may have written. */
function claimed(detail: string, reason: TokenRefusalReason, { claims }: DecodedAccessToken): DomainError {
  return refused(detail, { reason, jti: claims.jti, holder: null });
}

/**
 * The refusal of a token that this server made.
 * @param standing where its holder stands; null where there is no such holder any more, and the token's word remains
 */
function proven(
  detail: string,
  reason: TokenRefusalReason,
  { claims }: DecodedAccessToken,
  standing: Standing | null,
): DomainError {
  const { sub, jti, account_id: account = null, workspace_id: workspace = null } = claims;
  const { accountId, workspaceId } = standing ?? { accountId: account, workspaceId: workspace };
  const holder: TokenHolder = { type: isId('usr', sub) ? 'user' : 'client', id: sub, accountId, workspaceId };
  return refused(detail, { reason, jti, holder });
}

/** What in the ledger would end the token's holder, or the token. */
function namesOf({ kid, claims }: DecodedAccessToken, further: readonly CutSubject[]): LedgerName[] {
  const cuts = [...subjectsOf(claims), ...further].map((subject) => ({ kind: 'cut' as const, subject }));
  return [...cuts, { kind: 'jti', subject: claims.jti }, { kind: 'kid', subject: kid }];
}

/** Whom a cut can name to kill the token. */
function subjectsOf({ iss, sub, account_id: account, workspace_id: workspace }: AccessTokenClaims): CutSubject[] {
  const subjects = [cutSubject('issuer', iss), cutSubject(isId('usr', sub) ? 'user' : 'client', sub)];
  if (account !== undefined) subjects.push(cutSubject('account', account));
  if (workspace !== undefined) subjects.push(cutSubject('workspace', workspace));
  return subjects;
}
