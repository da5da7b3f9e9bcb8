import { Injectable } from '@nestjs/common';
import { Clock } from '../common/clock.js';
import { Memory } from '../database/feed/memory.js';
import { Position } from '../database/feed/position.js';
import { type LedgerEntry } from '../database/feed/proof.js';
import { type FeedSubscriber, Watcher } from '../database/feed/watcher.js';
import { type CutSubject } from './subject.js';

interface Entry {
  position: number;
  expiresAtMs: number;
}

const PURGE_EVERY_MS = 60_000;

/**
 * What this process knows of the ledger of cuts. A token is dead if a cut of one of its subjects stands at a position
 * greater than the one that its minter had reached (`rev`): no clock is compared.
 */
@Injectable()
export class Ledger implements FeedSubscriber {
  private readonly known = {
    cut: new Map<string, Entry>(),
    jti: new Map<string, Entry>(),
    kid: new Map<string, Entry>(),
  };

  constructor(
    watcher: Watcher,
    private readonly memory: Memory,
    private readonly position: Position,
    private readonly clock: Clock,
  ) {
    watcher.subscribe(this);
    setInterval(() => this.purge(), PURGE_EVERY_MS).unref();
  }

  /** How many entries of each kind are held. */
  get sizes(): Record<string, number> {
    return Object.fromEntries(Object.entries(this.known).map(([kind, { size }]) => [kind, size]));
  }

  /** The position that a token minted now carries; read in the same synchronous step as the snapshots. */
  get reached(): number {
    return this.position.reached;
  }

  /**
   * Whether a cut, a single revocation or a revoked signing key has killed a token.
   * @param subjects the token's subjects
   */
  isDead(token: { rev: number; jti: string; kid: string; subjects: readonly CutSubject[] }): boolean {
    const { cut, jti, kid } = this.known;
    if (jti.has(token.jti) || kid.has(token.kid)) return true;
    return token.subjects.some((subject) => (cut.get(subject)?.position ?? 0) > token.rev);
  }

  /** Merges: the later position stays. A cut's subject is read anew, so nobody is minted a token from before it. */
  entries(entries: readonly LedgerEntry[]): void {
    for (const { kind, subject, position, expiresAtMs } of entries) {
      if (kind !== 'cut' && kind !== 'jti' && kind !== 'kid') continue;
      const known = this.known[kind].get(subject);
      if (!known || known.position < position) this.known[kind].set(subject, { position, expiresAtMs });
      if (kind !== 'cut') continue;
      const [subjectKind = '', id = ''] = subject.split(':');
      this.memory.forget(subjectKind, id);
    }
  }

  private purge(): void {
    const now = this.clock.now();
    for (const entries of Object.values(this.known)) {
      for (const [subject, entry] of entries) if (entry.expiresAtMs < now) entries.delete(subject);
    }
  }
}
