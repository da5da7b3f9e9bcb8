import { groupedBy } from '../database/grouped.js';
import { type Tx } from '../database/tx.js';
import { type Client } from './client.entity.js';
import { ClientRepository } from './client.repository.js';
import { ClientSecretRepository } from './client-secret.repository.js';

/** A client with what is shown beside its own row. */
export interface DescribedClient {
  client: Client;
  /** Identifiers, in the client's order. */
  audiences: string[];
  defaultAudience: string | null;
  /** Of the newest secret. */
  secretLast4: string | null;
}

/** Reads what is shown of clients, for all of them together. */
export async function describeClients(tx: Tx, clients: readonly Client[]): Promise<DescribedClient[]> {
  const ids = clients.map(({ id }) => id);
  const audiences = groupedBy(await tx.repository(ClientRepository).audiencesOf(ids), ({ clientId }) => clientId);
  const secrets = await tx.repository(ClientSecretRepository).newestOf(ids);
  const last4 = new Map(secrets.map((secret) => [secret.clientId, secret.last4]));
  return clients.map((client) => {
    const own = audiences.get(client.id) ?? [];
    return {
      client,
      audiences: own.map(({ identifier }) => identifier),
      defaultAudience: own.find(({ isDefault }) => isDefault)?.identifier ?? null,
      secretLast4: last4.get(client.id) ?? null,
    };
  });
}

/** The same for one. */
export async function describeClient(tx: Tx, client: Client): Promise<DescribedClient> {
  const [described] = await describeClients(tx, [client]);
  if (!described) throw new Error('A client was not described');
  return described;
}
