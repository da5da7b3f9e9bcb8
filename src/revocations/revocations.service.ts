import { Injectable } from '@nestjs/common';
import { AppConfig } from '../config/app-config.js';
import { MAX_TOKEN_TTL_SECONDS } from '../common/oauth/vocabulary.js';
import { type Tx } from '../database/tx.js';
import { LedgerRepository } from './ledger.repository.js';
import { cutSubject, type CutSubjectKind } from './subject.js';

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

  /** Kills a single token, for as long as it would have lived. */
  revokeToken(tx: Tx, jti: string, expiresAt: Date): void {
    tx.atEnd('cut', `jti:${jti}`, async (manager) => {
      await new LedgerRepository(manager).record('jti', jti, expiresAt);
    });
  }
}
