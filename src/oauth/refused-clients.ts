import { Injectable } from '@nestjs/common';
import { Observations } from '../audit/observations.js';
import { type Owner, type Refusal } from '../audit/refusal.js';
import { ClientDirectory } from '../clients/client-directory.js';
import { WrongSecrets } from '../clients/wrong-secrets.js';
import { type Origin } from '../common/access/principal.js';
import { type ClientRefusal, OAuthError } from '../common/errors/oauth.error.js';
import { isId } from '../common/id.js';
import { Memory } from '../database/feed/memory.js';

/** How much is kept of a name that is no client's: it may be a secret in the wrong place. */
const SHOWN_OF_NO_ID = 8;

/** Turns the refusal of a client at an OAuth endpoint into an observation. */
@Injectable()
export class RefusedClients {
  constructor(
    private readonly observations: Observations,
    private readonly memory: Memory,
    private readonly clients: ClientDirectory,
    private readonly wrongSecrets: WrongSecrets,
  ) {}

  /** Takes whatever an OAuth endpoint answered with; only refused clients count. */
  observe(thrown: unknown, origin: Origin): void {
    if (!(thrown instanceof OAuthError) || !thrown.clientRefusal) return;
    const { clientRefusal } = thrown;
    const { reason, clientId, client, matches } = clientRefusal;
    const refusal: Refusal = {
      action: 'client_auth.refused',
      reason,
      // Whoever shows a live secret is the client; everybody else only says so.
      actor: reason === 'inactive' ? { type: 'client', id: clientId } : { type: 'anonymous', id: null },
      object: { type: 'client', id: isId('cli', clientId) ? clientId : shorten(clientId) },
      accountId: client?.accountId ?? null,
      workspaceId: client?.workspaceId ?? null,
      origin,
      ...(client === null && { findOwner: () => this.findOwner(clientRefusal) }),
    };
    if (matches) this.wrongSecrets.observe(refusal, matches);
    else this.observations.refused(refusal);
  }

  /** A secret is refused by its form without a look at the client: that is made up for here, off the way of the answer. */
  private async findOwner({ reason, clientId }: ClientRefusal): Promise<Owner | null> {
    if (reason !== 'malformed_secret') return null;
    const client = await this.memory.decide(() => this.clients.get(clientId));
    return client && { accountId: client.accountId, workspaceId: client.workspaceId };
  }
}

function shorten(name: string): string {
  return name.length > SHOWN_OF_NO_ID ? `${name.slice(0, SHOWN_OF_NO_ID)}...` : name;
}
