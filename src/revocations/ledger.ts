import { Injectable } from '@nestjs/common';
import { Clock } from '../common/clock.js';
import { Memory } from '../database/feed/memory.js';
import { Position } from '../database/feed/position.js';
import { type FeedSubscriber, Watcher } from '../database/feed/watcher.js';
import { type CutSubject } from './subject.js';

interface Entry {
  position: number;
  expiresAtMs: number;
}

interface EntryRow {
  head: string;
  kind: string | null;
  subject: string;
  position: string;
  expires_at_ms: number;
}

const PURGE_EVERY_MS = 60_000;

/**
 * What this process knows of the ledger of cuts. A token is dead if a cut of one of its subjects stands at a position
 * greater than the one that its minter had reached (`rev`): no clock is compared.
 */
@Injectable()
export class Ledger implements FeedSubscriber {
  private readonly entries = {
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

  /** The position that a token minted now carries; read in the same synchronous step as the snapshots. */
  get reached(): number {
    return this.position.reached;
  }

  /**
   * Whether a cut, a single revocation or a revoked signing key has killed a token.
   * @param subjects the token's subjects
   */
  isDead(token: { rev: number; jti: string; kid: string; subjects: readonly CutSubject[] }): boolean {
    const { cut, jti, kid } = this.entries;
    if (jti.has(token.jti) || kid.has(token.kid)) return true;
    return token.subjects.some((subject) => (cut.get(subject)?.position ?? 0) > token.rev);
  }

  notice(kind: string, [entryKind = '', subject = '', position = '', expiresAt = '']: readonly string[]): void {
    if (kind !== 'ledger') return;
    this.apply(entryKind, subject, { position: Number(position), expiresAtMs: Number(expiresAt) });
  }

  async read(query: <Row>(sql: string) => Promise<Row[]>): Promise<() => void> {
    const rows = await query<EntryRow>(
      `select head.position as head, entry.kind, entry.subject, entry.position,
              extract(epoch from entry.expires_at)::float8 * 1000 as expires_at_ms
       from ledger_head head left join ledger_entries entry on true`,
    );
    return () => {
      for (const row of rows) {
        const entry = { position: Number(row.position), expiresAtMs: row.expires_at_ms };
        if (row.kind !== null) this.apply(row.kind, row.subject, entry);
        this.position.advance(Number(row.head));
      }
    };
  }

  /** Merges: the later position stays. A cut's subject is read anew, so nobody is minted a token from before it. */
  private apply(kind: string, subject: string, entry: Entry): void {
    if (kind !== 'cut' && kind !== 'jti' && kind !== 'kid') return;
    const known = this.entries[kind].get(subject);
    if (!known || known.position < entry.position) this.entries[kind].set(subject, entry);
    if (kind === 'cut') {
      const [subjectKind = '', id = ''] = subject.split(':');
      this.memory.forget(subjectKind, id);
    }
    this.position.advance(entry.position);
  }

  private purge(): void {
    const now = this.clock.now();
    for (const entries of Object.values(this.entries)) {
      for (const [subject, entry] of entries) if (entry.expiresAtMs < now) entries.delete(subject);
    }
  }
}
