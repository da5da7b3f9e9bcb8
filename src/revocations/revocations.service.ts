import { Injectable } from '@nestjs/common';
import { DomainError } from '../common/errors/domain.error.js';
import { type Tx } from '../database/tx.js';
import { LedgerRepository } from './ledger.repository.js';
import { cutSubject, type CutSubjectKind } from './subject.js';

/** Tokens of one owner that may be revoked one by one and not yet be expired: every verifier carries them. */
const MAX_SINGLE_REVOCATIONS = 1000;

/** Writes cuts and single revocations: inside the transaction of the change that makes them necessary, at its end. */
@Injectable()
export class RevocationsService {
  /**
   * Kills every token that was minted for this subject before now. The entry stays as long as such a token could live;
   * there is none for a subject that never could hold one.
   */
  cut(tx: Tx, kind: CutSubjectKind, id: string): void {
    tx.atEnd('cut', cutSubject(kind, id), (manager) => new LedgerRepository(manager).cut(kind, id));
  }

  /**
   * For a change that lets tokens live longer than before (a client's new audience, a longer life): it comes before each
   * cut, which then outlives those tokens, or after it, and then they are minted in knowledge of it; never beside it.
   */
  lengthens(tx: Tx): void {
    tx.atEnd('growth', 'ledger', (manager) => new LedgerRepository(manager).order());
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
      throw DomainError.tooMany((until.getTime() - tx.now.getTime()) / 1000, 'tokens_revoked');
    });
  }
}
