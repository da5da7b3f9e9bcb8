import { Injectable } from '@nestjs/common';
import { type FastifyRequest } from 'fastify';
import { Observations } from '../audit/observations.js';
import { type Finding, type Owner, type Party } from '../audit/refusal.js';
import { type Principal } from '../common/access/principal.js';
import { DomainError } from '../common/errors/domain.error.js';
import { isId } from '../common/id.js';
import { ObjectOwners } from './object-owners.js';

/** The objects that a path can name, by their parameter. */
const OBJECTS = [
  { parameter: 'accountId', idType: 'acc', type: 'account' },
  { parameter: 'workspaceId', idType: 'ws', type: 'workspace' },
  { parameter: 'userId', idType: 'usr', type: 'user' },
  { parameter: 'clientId', idType: 'cli', type: 'client' },
  { parameter: 'secretId', idType: 'sec', type: 'client_secret' },
  { parameter: 'resourceServerId', idType: 'rs', type: 'resource_server' },
] as const;

type Named = Party & { readonly id: string };

/**
 * Turns the request for an object that is not there, or is another tenant's, into an observation. It stands in the
 * platform's trail alone: the caller's own would tell one from the other.
 */
@Injectable()
export class RefusedObjects {
  constructor(
    private readonly observations: Observations,
    private readonly owners: ObjectOwners,
  ) {}

  /** Takes whatever a principal was answered; only objects that were not found count. */
  observe(thrown: unknown, { params }: FastifyRequest, principal: Principal): void {
    if (!(thrown instanceof DomainError) || thrown.kind !== 'not-found') return;
    const named = namedIn(params as Readonly<Partial<Record<string, string>>>);
    const last = named.at(-1);
    if (!last) return;
    this.observations.refused({
      action: 'access.refused',
      // Until somebody has looked.
      reason: 'object_not_found',
      actor: { type: principal.type, id: principal.id },
      // All of them: the same secret under another client is another request.
      object: { type: last.type, id: named.map(({ id }) => id).join('/') },
      accountId: null,
      workspaceId: null,
      origin: principal.origin ?? null,
      findOwner: async () => judge(named, last, await this.owners.find(named.map(({ id }) => id)), principal),
    });
  }
}

/** The objects of a path in its order; what has not the form of an id names none, and may be a secret in the wrong place. */
function namedIn(parameters: Readonly<Partial<Record<string, string>>>): Named[] {
  return OBJECTS.flatMap(({ parameter, idType, type }) => {
    const id = parameters[parameter];
    return id !== undefined && isId(idType, id) ? [{ type, id }] : [];
  });
}

function judge(named: readonly Named[], last: Named, owners: Map<string, Owner>, principal: Principal): Finding {
  const foreign = named.find(({ id }) => isForeign(owners.get(id), principal));
  return {
    accountId: null,
    workspaceId: null,
    reason: foreign ? 'foreign_object' : 'unknown_object',
    object: foreign ?? last,
    strange: !foreign,
  };
}

function isForeign(owner: Owner | undefined, { level, accountId, workspaceId }: Principal): boolean {
  if (!owner || level === 'platform') return false;
  return owner.accountId !== accountId || (level === 'workspace' && owner.workspaceId !== workspaceId);
}
