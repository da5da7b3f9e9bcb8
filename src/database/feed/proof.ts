/** An entry of the ledger, as a proof brings it. */
export interface LedgerEntry {
  readonly kind: string;
  readonly subject: string;
  /** Milliseconds; greater than that of every earlier entry. */
  readonly position: number;
  /** When the last token that it can hit has expired, epoch milliseconds. */
  readonly expiresAtMs: number;
}

/** What PostgreSQL answered on the listening connection. */
export interface Proof {
  /** The monotonic moment of the question. */
  readonly askedAt: number;
  /** How far PostgreSQL is ahead of this machine's clock, milliseconds. */
  readonly aheadMs: number;
  /** The position of the ledger's newest entry. */
  readonly head: number;
  /** Every entry beyond the position that the question named. */
  readonly entries: readonly LedgerEntry[];
}

/** The row of a proof; PostgreSQL's bigint comes as text. */
export interface ProofRow {
  ms: number;
  head: string;
  entries: [kind: string, subject: string, position: number, expiresAtMs: number][];
}

/** The one statement of a proof: time, head and news of the ledger from the same snapshot of the database. */
export const PROOF = `
  select extract(epoch from clock_timestamp())::float8 * 1000 as ms, position as head,
    (select coalesce(json_agg(json_build_array(kind, subject, position, extract(epoch from expires_at) * 1000)
       order by position), '[]') from ledger_entries where position > $1::bigint) as entries
  from ledger_head`;

/** Reads the row. */
export function proofOf({ head, entries }: ProofRow, askedAt: number, aheadMs: number): Proof {
  return {
    askedAt,
    aheadMs,
    head: Number(head),
    entries: entries.map(([kind, subject, position, expiresAtMs]) => ({ kind, subject, position, expiresAtMs })),
  };
}
