import { Injectable } from '@nestjs/common';
import { OwnerAccess } from '../database/owner-access.js';
import { AuditChainRepository } from './audit-chain.repository.js';
import { type AuditEvent } from './audit-event.entity.js';
import { AuditKey } from './audit-key.js';

/** Where a chain is broken first. */
export interface ChainFault {
  readonly chain: string;
  readonly number: bigint;
  /** Null for a row that is not there. */
  readonly id: string | null;
  /** What is wrong with it, as the end of a sentence. */
  readonly what: string;
}

/** What was proved. */
export interface ChainCounts {
  chains: number;
  rows: number;
  broken: number;
}

/** The part of a chain that was proved so far. */
interface Proved {
  last: bigint;
  id: string | null;
  hash: Buffer | null;
}

const BATCH = 1000;

/**
 * Proves the audit trail: in each chain the rows are numbered from 1 without a gap, each row's hash is that of the row
 * and of the hash before, and the last row is the one that the chain's head knows.
 */
@Injectable()
export class AuditVerifier {
  constructor(
    private readonly owner: OwnerAccess,
    private readonly key: AuditKey,
  ) {}

  /**
   * Proves every chain; what is written meanwhile is not looked at.
   * @param broken hears of the first fault of each broken chain
   */
  verify(broken: (fault: ChainFault) => void): Promise<ChainCounts> {
    return this.owner.repository(AuditChainRepository).inSnapshot(async (chains) => {
      const counts = { chains: 0, rows: 0, broken: 0 };
      for (let chain = await chains.next(''); chain !== null; chain = await chains.next(chain)) {
        counts.chains += 1;
        counts.rows += await chains.count(chain);
        const fault = await this.verifyChain(chains, chain);
        if (!fault) continue;
        counts.broken += 1;
        broken(fault);
      }
      return counts;
    });
  }

  private async verifyChain(chains: AuditChainRepository, chain: string): Promise<ChainFault | null> {
    const proved: Proved = { last: 0n, id: null, hash: null };
    let rows = await chains.read(chain, null, BATCH);
    while (rows.length > 0) {
      for (const row of rows) {
        const fault = this.faultOf(row, proved);
        if (fault) return fault;
        Object.assign(proved, { last: proved.last + 1n, id: row.id, hash: row.hash });
      }
      rows = rows.length < BATCH ? [] : await chains.read(chain, proved.last, BATCH);
    }
    return endFault(chain, proved, await chains.head(chain));
  }

  private faultOf(row: AuditEvent, { last, hash }: Proved): ChainFault | null {
    const { chain, id } = row;
    const number = BigInt(row.number);
    const expected = last + 1n;
    if (number > expected) {
      return { chain, number: expected, id: null, what: `is missing: the next one is number ${number}, ${id}` };
    }
    if (number < expected) return { chain, number, id, what: 'does not belong there' };
    return this.isHashOf(row, hash) ? null : { chain, number, id, what: 'is not what was written' };
  }

  private isHashOf(row: AuditEvent, previous: Buffer | null): boolean {
    try {
      return this.key.hash(row, previous).equals(row.hash);
    } catch {
      // A value that the service never writes, an infinite time, say.
      return false;
    }
  }
}

function endFault(chain: string, { last, id }: Proved, head: bigint): ChainFault | null {
  if (head > last) return { chain, number: last + 1n, id: null, what: `is missing: the chain has ${head} rows` };
  if (head < last) return { chain, number: last, id, what: `is one too many: the chain has ${head} rows` };
  return null;
}
