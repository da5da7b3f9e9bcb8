import { type EntityManager } from 'typeorm';
import { SealedSecret } from './sealed-secret.entity.js';

/** The sealed secrets in PostgreSQL. */
export class SealedSecretRepository {
  constructor(private readonly manager: EntityManager) {}

  /** The secret for a purpose, or null. */
  find(purpose: string): Promise<SealedSecret | null> {
    return this.manager.findOneBy(SealedSecret, { purpose });
  }

  /**
   * Stores the candidate unless its purpose has a secret already.
   * @returns the one that is stored: of processes that start together, the first one's
   */
  async ensure(candidate: SealedSecret): Promise<SealedSecret> {
    await this.manager.createQueryBuilder().insert().into(SealedSecret).values(candidate).orIgnore().execute();
    return this.manager.findOneByOrFail(SealedSecret, { purpose: candidate.purpose });
  }
}
