import { Injectable } from '@nestjs/common';
import { AuditService } from '../audit/audit.service.js';
import { type Principal } from '../common/access/principal.js';
import { Clock } from '../common/clock.js';
import { DomainError } from '../common/errors/domain.error.js';
import { type Precondition } from '../common/precondition.js';
import { newId } from '../common/id.js';
import { applyChanges } from '../database/change.js';
import { type OnceRequest } from '../common/once-request.js';
import { type Made, runOnce } from '../database/idempotency.js';
import { type Tx } from '../database/tx.js';
import { UnitOfWork } from '../database/unit-of-work.js';
import { RevocationsService } from '../revocations/revocations.service.js';
import { type Page } from '../database/page.js';
import { Account } from './account.entity.js';
import { AccountRepository } from './account.repository.js';
import { type AccountResponse, toAccount } from './dto/account.response.js';
import { type AccountStatus, type Plan } from '../common/plan.js';

/** What an administrator may change of an account. */
export interface AccountChanges {
  name?: string | undefined;
  plan?: Plan | undefined;
  status?: AccountStatus | undefined;
}

/** Accounts, the tenants. */
@Injectable()
export class AccountsService {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly clock: Clock,
    private readonly audit: AuditService,
    private readonly revocations: RevocationsService,
  ) {}

  /** Makes an account; for principals of the platform. */
  create(
    principal: Principal,
    input: { name: string; plan: Plan },
    once: OnceRequest | null = null,
  ): Promise<Made<AccountResponse>> {
    return this.unitOfWork.run(principal, (tx) =>
      runOnce(tx, principal, once, async () => {
        const id = newId('acc', this.clock.now());
        const account = Object.assign(new Account(), {
          ...input,
          id,
          status: 'active',
          createdAt: tx.now,
          updatedAt: tx.now,
          version: 1,
        });
        await tx.repository(AccountRepository).insert(account);
        this.note(tx, principal, account, 'account.created', input);
        return toAccount(account);
      }),
    );
  }

  /** Every account, newest first; for principals of the platform. */
  list(principal: Principal, page: Page): Promise<Account[]> {
    return this.unitOfWork.run(principal, (tx) => tx.repository(AccountRepository).list(page));
  }

  /**
   * One account.
   * @throws DomainError `not-found`
   */
  get(principal: Principal, id: string): Promise<Account> {
    return this.unitOfWork.run(principal, async (tx) => {
      const account = await tx.repository(AccountRepository).find(id);
      if (!account) throw DomainError.notFound();
      return account;
    });
  }

  /**
   * Changes an account. Suspension ends every token in it; lifted, its credentials work again and those tokens stay dead.
   * @throws DomainError `not-found`; `precondition-failed`; `forbidden` for plan and status, unless by the platform;
   *   `conflict` where the platform would lose its last administrator
   */
  change(principal: Principal, id: string, changes: AccountChanges, precondition: Precondition): Promise<Account> {
    if (principal.level !== 'platform' && (changes.plan !== undefined || changes.status !== undefined)) {
      throw DomainError.forbidden('Only the platform changes plan and status');
    }
    return this.unitOfWork.run(principal, async (tx) => {
      const repository = tx.repository(AccountRepository);
      const account = await repository.lock(id);
      if (!account) throw DomainError.notFound();
      precondition.check(account.version);
      const difference = applyChanges<Account>(account, changes, tx.now);
      if (!difference) return account;
      if (difference.status?.to === 'suspended') await this.suspend(tx, account);
      await repository.save(account);
      this.note(tx, principal, account, 'account.updated', difference);
      return account;
    });
  }

  /** The account that the first start made, or null in an empty database. */
  findFirst(principal: Principal): Promise<Account | null> {
    return this.unitOfWork.run(principal, (tx) => tx.repository(AccountRepository).findFirst());
  }

  private async suspend(tx: Tx, account: Account): Promise<void> {
    if (await tx.repository(AccountRepository).holdsLastPlatformAdmin(account.id)) {
      throw DomainError.conflict('The account holds the last platform administrator');
    }
    this.revocations.cut(tx, 'account', account.id);
  }

  private note(tx: Tx, principal: Principal, { id }: Account, action: string, changes: object): void {
    this.audit.record(tx, principal, {
      action,
      object: { type: 'account', id },
      accountId: id,
      changes: { ...changes },
    });
  }
}
