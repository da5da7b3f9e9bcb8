import { Injectable } from '@nestjs/common';
import { type ClientSnapshot } from '../clients/client-snapshot.js';
import { Clock } from '../common/clock.js';
import { OAuthError } from '../common/errors/oauth.error.js';
import { type ActiveKey } from '../keys/key-ring.js';
import { SigningKeys } from '../keys/signing-keys.js';
import { type ResourceServerSnapshot } from '../resource-servers/resource-server-set.js';
import { ResourceServers } from '../resource-servers/resource-servers.js';
import { algorithmInForce } from '../resource-servers/signing-algorithm.js';
import { Ledger } from '../revocations/ledger.js';
import { Roles } from '../roles/roles.js';
import { grantedScopes } from './granted-scopes.js';
import { resolveTarget } from './target.js';

/** What a token is for, what it allows, and which key signs it. */
export interface Settled {
  readonly resourceServer: ResourceServerSnapshot;
  readonly scopes: readonly string[];
  readonly key: ActiveKey;
  readonly rev: number;
}

/** Settles audience, scopes and key for a client, from memory. */
@Injectable()
export class AuthorizationContext {
  constructor(
    private readonly clock: Clock,
    private readonly resourceServers: ResourceServers,
    private readonly roles: Roles,
    private readonly signingKeys: SigningKeys,
    private readonly ledger: Ledger,
  ) {}

  /**
   * Inside a decision.
   * @param target the identifier asked for, or null
   * @param scopes those asked for, or null
   * @throws OAuthError `invalid_target`, `invalid_scope`, `temporarily_unavailable`
   */
  settle(client: ClientSnapshot, target: string | null, scopes: readonly string[] | null): Settled {
    const resourceServer = resolveTarget(client, this.resourceServers.all(), target);
    return {
      resourceServer,
      scopes: grantedScopes(this.roles.get(client.role), resourceServer, scopes),
      key: this.signingKey(resourceServer),
      rev: this.ledger.reached,
    };
  }

  private signingKey(resourceServer: ResourceServerSnapshot): ActiveKey {
    const now = this.clock.now();
    const alg = algorithmInForce(resourceServer, now);
    const answer = this.signingKeys.ring().signingKey(alg, now);
    if (!answer) throw OAuthError.temporarilyUnavailable(`no active key for ${alg}`);
    if ('waitSeconds' in answer)
      throw OAuthError.temporarilyUnavailable(`the key for ${alg} is new`, answer.waitSeconds);
    return answer.key;
  }
}
