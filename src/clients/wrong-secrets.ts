import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { Observations } from '../audit/observations.js';
import { type Refusal } from '../audit/refusal.js';
import { Clock } from '../common/clock.js';
import { OwnerAccess } from '../database/owner-access.js';
import { type RetiredSecret, RetiredSecretRepository } from './retired-secret.repository.js';

/** Wrong secrets cost one statement in this time at most. */
const PACE_MS = 1000;
/** Wrong secrets that are looked at in that time, and of one client; the rest is counted without. */
const CAPACITY = 1000;
const PER_CLIENT = 20;

/** Whether the secret that was presented has this hash. */
type Matches = (pepperId: string, hash: Buffer) => boolean;

interface Gathered {
  readonly clientId: string;
  readonly refusal: Refusal;
  readonly matches: Matches;
}

/** Finds out, off the request's way, whether a wrong secret is one that the client had once; and tells it on. */
@Injectable()
export class WrongSecrets implements OnApplicationShutdown {
  private gathered: Gathered[] = [];
  private readonly perClient = new Map<string, number>();
  private timer: NodeJS.Timeout | null = null;

  constructor(
    private readonly owner: OwnerAccess,
    private readonly clock: Clock,
    private readonly observations: Observations,
  ) {}

  /** Refusals that are not yet told on. */
  get size(): number {
    return this.gathered.length;
  }

  /** Takes the refusal of a wrong secret, whose object is the client; what comes too fast is told on as it is. */
  observe(refusal: Refusal, matches: Matches): void {
    const clientId = refusal.object.id ?? '';
    const count = this.perClient.get(clientId) ?? 0;
    if (this.gathered.length >= CAPACITY || count >= PER_CLIENT) {
      this.observations.refused(refusal);
      return;
    }
    this.perClient.set(clientId, count + 1);
    this.gathered.push({ clientId, refusal, matches });
    this.timer ??= setTimeout(() => void this.tell(), PACE_MS).unref();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.tell();
  }

  private async tell(): Promise<void> {
    if (this.timer) clearTimeout(this.timer);
    this.timer = null;
    const gathered = this.gathered;
    this.gathered = [];
    const ids = [...this.perClient.keys()];
    this.perClient.clear();
    if (gathered.length === 0) return;
    const retired = await this.retiredOf(ids);
    for (const { clientId, refusal, matches } of gathered) {
      const secret = retired
        .get(clientId)
        ?.find(({ pepperId, hash }) => matches(pepperId, Buffer.from(hash, 'base64')));
      this.observations.refused(secret ? recognised(refusal, secret) : refusal);
    }
  }

  private async retiredOf(ids: string[]): Promise<ReadonlyMap<string, readonly RetiredSecret[]>> {
    try {
      const clients = await this.owner.repository(RetiredSecretRepository).find(ids, this.clock.date());
      return new Map(clients.map(({ id, secrets }) => [id, secrets]));
    } catch {
      // Without PostgreSQL nothing is recognised; that somebody was refused is told all the same.
      return new Map();
    }
  }
}

/** What was ended by hand is an event of its own: somebody still has it. What ended by itself was told to its holder. */
function recognised(refusal: Refusal, { id, last4, ended }: RetiredSecret): Refusal {
  if (!ended) return { ...refusal, reason: 'expired_secret' };
  return {
    ...refusal,
    action: 'client_secret.retired_presented',
    reason: 'retired_secret',
    object: { type: 'client_secret', id },
    changes: { clientId: refusal.object.id, last4 },
  };
}
