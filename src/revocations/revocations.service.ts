import { Injectable } from '@nestjs/common';
import { DomainError } from '../common/errors/domain.error.js';
import { AppConfig } from '../config/app-config.js';
import { MAX_TOKEN_TTL_SECONDS } from '../common/oauth/vocabulary.js';
import { type Tx } from '../database/tx.js';
import { LedgerRepository } from './ledger.repository.js';
import { cutSubject, type CutSubjectKind } from './subject.js';

/** Tokens of one owner that may be revoked one by one and not yet be expired: every verifier carries them. */
const MAX_SINGLE_REVOCATIONS = 1000;

/** Writes cuts and single revocations: inside the transaction of the change that makes them necessary, at its end. */
@Injectable()
export class RevocationsService {
  constructor(private readonly config: AppConfig) {}

  /** Kills every token that was minted for this subject before now. The entry stays as long as such a token could live. */
  cut(tx: Tx, kind: CutSubjectKind, id: string): void {
    const subject = cutSubject(kind, id);
    const lifeMs = (MAX_TOKEN_TTL_SECONDS + this.config.staleGraceSeconds) * 1000;
    const expiresAt = new Date(tx.now.getTime() + lifeMs);
    tx.atEnd('cut', subject, async (manager) => {
      await new LedgerRepository(manager).record('cut', subject, expiresAt);
    });
  }

  /**
   * Kills a single token, for as long as it would have lived. Whoever must end more at once cuts their owner.
   * @param owner the client or user that it belongs to, whoever revokes it
   * @throws DomainError `too-many`, at the transaction's end, where 1,000 of the owner's are revoked and not yet expired
   */
  revokeToken(tx: Tx, token: { jti: string; owner: string; expiresAt: Date }): void {
    const { jti, owner, expiresAt } = token;
    tx.atEnd('cut', `jti:${jti}`, async (manager) => {
      const until = await new LedgerRepository(manager).revoke(jti, owner, expiresAt, tx.now, MAX_SINGLE_REVOCATIONS);
      if (until === null) return;
      throw DomainError.tooMany((until.getTime() - tx.now.getTime()) / 1000, 'too many single revocations');
    });
  }
}
