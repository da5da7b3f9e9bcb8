import { Check, Column, Entity, PrimaryColumn } from 'typeorm';
import { EndingEntity } from '../database/ending.entity.js';
import { type AccountStatus, type Plan } from '../common/plan.js';

/** A tenant: the customer organisation. */
@Entity('accounts')
@Check('accounts_plan', `plan in ('free', 'pro', 'enterprise')`)
@Check('accounts_status', `status in ('active', 'suspended')`)
export class Account extends EndingEntity {
  @PrimaryColumn({ type: 'text', collation: 'C', primaryKeyConstraintName: 'accounts_pkey' })
  id!: string;

  @Column({ type: 'text' })
  name!: string;

  @Column({ type: 'text' })
  plan!: Plan;

  @Column({ type: 'text', default: 'active' })
  status!: AccountStatus;
}
