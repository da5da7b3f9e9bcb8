import { Injectable } from '@nestjs/common';
import { Observations } from '../audit/observations.js';
import { type Origin, type Principal } from '../common/access/principal.js';
import { DomainError } from '../common/errors/domain.error.js';
import { type TokenRefusal } from '../common/errors/token-refusal.js';

/** What this server's own `jti` look like: anything else is a stranger's word, and may be a secret in the wrong place. */
const JTI = /^[A-Za-z0-9_-]{22}$/;

/** Turns the refusal of a bearer token into an observation. */
@Injectable()
export class RefusedTokens {
  constructor(private readonly observations: Observations) {}

  /**
   * Takes whatever was answered; only refused tokens count.
   * @param principal whoever the token had been taken for before it was refused after all
   */
  observe(thrown: unknown, origin: Origin, principal: Principal | undefined): void {
    if (!(thrown instanceof DomainError) || thrown.kind !== 'unauthenticated') return;
    const refusal = thrown.tokenRefusal ?? (thrown.challenge && principal ? endedMeanwhile(principal) : null);
    if (!refusal) return;
    const { reason, jti, holder } = refusal;
    this.observations.refused({
      action: 'token.refused',
      reason,
      actor: holder ? { type: holder.type, id: holder.id } : { type: 'anonymous', id: null },
      object: { type: 'token', id: shownJti(jti) },
      accountId: holder?.accountId ?? null,
      workspaceId: holder?.workspaceId ?? null,
      origin,
      // Nobody owns what is only claimed: so it is named a few times a minute, and pushes nothing proven out.
      ...(!holder && { findOwner: () => Promise.resolve(null) }),
    });
  }
}

/** The principal was ended between the decision and the change. */
function endedMeanwhile({ type, id, accountId, workspaceId, tokenId }: Principal): TokenRefusal | null {
  if (type === 'system') return null;
  return { reason: 'revoked', jti: tokenId ?? null, holder: { type, id, accountId, workspaceId } };
}

function shownJti(jti: string | null): string | null {
  return jti !== null && JTI.test(jti) ? jti : null;
}
