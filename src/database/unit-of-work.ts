import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { type Grounds, type Principal } from '../common/access/principal.js';
import { Clock } from '../common/clock.js';
import { DomainError } from '../common/errors/domain.error.js';
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
   * Runs the work in one transaction; row-level security shows it the principal's tenant and nothing else. A principal
   * who is ended before it commits changes nothing. A deadlock or serialization failure is run again once.
   * @param principal the service itself, or whoever was decided on a proof asked for after the request arrived
   * @throws DomainError `unavailable` where PostgreSQL is away, `conflict` for a unique name taken or an object in use,
   *   `unauthenticated` for a principal who was ended meanwhile
   */
  async run<T>(principal: Principal, work: (tx: Tx) => Promise<T>): Promise<T> {
    if (principal.type !== 'system' && !principal.grounds)
      throw new Error('The principal was decided from memory alone');
    try {
      return await this.once(principal, work).catch((error: unknown) => {
        if (isRetryable(error)) return this.once(principal, work);
        throw error;
      });
    } catch (error) {
      throw translatePgError(error);
    }
  }

  private once<T>(principal: Principal, work: (tx: Tx) => Promise<T>): Promise<T> {
    return this.dataSource.transaction(async (manager) => {
      const { level, accountId, workspaceId, grounds } = principal;
      await manager.query(
        `select set_config('role', ${APP_ROLE}, true), set_config('claviger.level', $1, true),
                set_config('claviger.account_id', $2, true), set_config('claviger.workspace_id', $3, true)`,
        [level, accountId ?? '', workspaceId ?? ''],
      );
      const tx = new Tx(manager, this.clock.date());
      const result = await work(tx);
      if (grounds && tx.changes) await confirm(manager, grounds);
      await tx.finish();
      return result;
    });
  }
}

/**
 * The last word before a change: PostgreSQL knows of nothing that ended the principal since they were decided on, and
 * whoever ends them from here on waits for the commit.
 */
async function confirm(manager: EntityManager, { names, position }: Grounds): Promise<void> {
  const [{ confirmed }] = await manager.query<[{ confirmed: boolean }]>(
    'select ledger_confirm($1, $2, $3) as confirmed',
    [names.map(({ kind }) => kind), names.map(({ subject }) => subject), position],
  );
  if (!confirmed) throw DomainError.unauthenticated('invalid_token', 'ended meanwhile');
}
