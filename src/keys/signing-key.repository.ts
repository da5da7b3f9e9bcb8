import { type EntityManager } from 'typeorm';
import { type SigningAlg } from '../common/oauth/vocabulary.js';
import { SigningKey } from './signing-key.entity.js';

/** The signing keys in PostgreSQL. */
export class SigningKeyRepository {
  constructor(private readonly manager: EntityManager) {}

  /** Every key, oldest first. */
  all(): Promise<SigningKey[]> {
    return this.manager.find(SigningKey, { order: { publishedAt: 'ASC', kid: 'ASC' } });
  }

  /** The keys of one algorithm, oldest first. */
  ofAlgorithm(alg: SigningAlg): Promise<SigningKey[]> {
    return this.manager.find(SigningKey, { where: { alg }, order: { publishedAt: 'ASC', kid: 'ASC' } });
  }

  /** Stores a key, unless another one has its place: the unique indexes decide the race, and the transaction lives on. */
  async insertIfFree(key: SigningKey): Promise<void> {
    await this.manager.createQueryBuilder().insert().into(SigningKey).values(key).orIgnore().execute();
  }

  /**
   * Every key, and the ledger's head. The head is read last: it is at least as new as the keys, so whoever has reached it
   * knows of every cut that they show.
   */
  async readAll(): Promise<{ head: number; keys: SigningKey[] }> {
    const keys = await this.all();
    const [row] = await this.manager.query<[{ position: string }]>('select position from ledger_head');
    return { head: Number(row.position), keys };
  }
}
