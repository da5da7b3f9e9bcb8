import { type Origin } from '../common/access/principal.js';

/** Who tried, or what it was tried on; without an id where nobody proved it, or a row stands for many. */
export interface Party {
  readonly type: string;
  readonly id: string | null;
}

/** Whose trail an event stands in; null and null is the platform's. */
export interface Owner {
  readonly accountId: string | null;
  readonly workspaceId: string | null;
}

/** What was found out about a refusal before it is written. */
export interface Finding extends Owner {
  readonly reason?: string;
  readonly object?: Party;
  /** Whether the object is made up after all, so that few of its kind are named; false unless given. */
  readonly strange?: boolean;
}

/** One refusal, as whoever refuses tells it. */
export interface Refusal extends Owner {
  /** `client_auth.refused`, say: object and participle. */
  readonly action: string;
  readonly reason: string;
  readonly actor: Party;
  readonly object: Party;
  readonly origin: Origin | null;
  /** What else the row says. */
  readonly changes?: object;
  /**
   * Given where the object is a mere word: asked, before anything is written, whose it is; null is nobody's.
   * It may reject while PostgreSQL is away, and is asked again.
   */
  readonly findOwner?: (() => Promise<Finding | null>) | undefined;
}

const MAX_ID_LENGTH = 128;

/** An id that may be a stranger's word, as the trail can hold it: short, and without what moves a cursor or breaks a line. */
export function cleanParty({ type, id }: Party): Party {
  return { type, id: id?.slice(0, MAX_ID_LENGTH).replace(/[^\x20-\x7E]/g, '?') ?? null };
}

/** What makes two refusals equal: everything but where they came from. */
export function keyOf({ action, reason, actor, object, accountId, workspaceId }: Refusal): string {
  return JSON.stringify([action, reason, actor.type, actor.id, object.type, object.id, accountId, workspaceId]);
}

/** The refusal without names, in which those are counted that get no row of their own. */
export function generalOf({ action, reason, actor, object, accountId, origin }: Refusal): Refusal {
  return {
    action,
    reason,
    actor: { type: actor.type, id: null },
    object: { type: object.type, id: null },
    accountId,
    workspaceId: null,
    origin,
  };
}
