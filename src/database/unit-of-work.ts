import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { type Standing } from '../common/access/principal.js';
import { Clock } from '../common/clock.js';
import { APP_ROLE } from './app-role.js';
import { isRetryable, translatePgError } from './pg-error.js';
import { Tx } from './tx.js';

/** The only way to a transaction: every statement in it runs as the application's role, under the principal's tenant. */
@Injectable()
export class UnitOfWork {
  constructor(
    private readonly dataSource: DataSource,
    private readonly clock: Clock,
  ) {}

  /**
   * Runs the work in one transaction; row-level security shows it the standing's tenant and nothing else.
   * A deadlock or serialization failure is run again once.
   * @throws DomainError `unavailable` where PostgreSQL is away, `conflict` for a unique name taken or an object in use
   */
  async run<T>(standing: Standing, work: (tx: Tx) => Promise<T>): Promise<T> {
    try {
      return await this.once(standing, work).catch((error: unknown) => {
        if (isRetryable(error)) return this.once(standing, work);
        throw error;
      });
    } catch (error) {
      throw translatePgError(error);
    }
  }

  private once<T>(standing: Standing, work: (tx: Tx) => Promise<T>): Promise<T> {
    return this.dataSource.transaction(async (manager) => {
      await manager.query(
        `select set_config('role', ${APP_ROLE}, true), set_config('claviger.level', $1, true),
                set_config('claviger.account_id', $2, true), set_config('claviger.workspace_id', $3, true)`,
        [standing.level, standing.accountId ?? '', standing.workspaceId ?? ''],
      );
      const tx = new Tx(manager, this.clock.date());
      const result = await work(tx);
      await tx.finish();
      return result;
    });
  }
}
