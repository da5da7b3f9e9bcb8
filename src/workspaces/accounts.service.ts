import { Injectable } from '@nestjs/common';
import { type Principal } from '../common/access/principal.js';
import { Clock } from '../common/clock.js';
import { newId } from '../common/id.js';
import { UnitOfWork } from '../database/unit-of-work.js';
import { Account } from './account.entity.js';
import { AccountRepository } from './account.repository.js';

/** Accounts, the tenants. */
@Injectable()
export class AccountsService {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly clock: Clock,
  ) {}

  /** Makes an account; for principals of the platform. */
  create(principal: Principal, input: { name: string; plan: Account['plan'] }): Promise<Account> {
    return this.unitOfWork.run(principal, async (tx) => {
      const account = Object.assign(new Account(), {
        ...input,
        id: newId('acc', this.clock.now()),
        createdAt: tx.now,
        updatedAt: tx.now,
      });
      await tx.repository(AccountRepository).insert(account);
      return account;
    });
  }

  /** The account that the first start made, or null in an empty database. */
  findFirst(principal: Principal): Promise<Account | null> {
    return this.unitOfWork.run(principal, (tx) => tx.repository(AccountRepository).findFirst());
  }
}
