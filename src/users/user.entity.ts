import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn, Unique } from 'typeorm';
import { EndingEntity } from '../database/ending.entity.js';
import { Role } from '../roles/role.entity.js';
import { Account } from '../workspaces/account.entity.js';
import { Workspace } from '../workspaces/workspace.entity.js';

/** Whether a person has a password yet. */
export const USER_STATUSES = ['invited', 'active'] as const;
export type UserStatus = (typeof USER_STATUSES)[number];

/** A person of an account or of one of its workspaces, with one role; the platform's own are rows of an account, too. */
@Entity('users')
@ForeignKey(() => Role, ['role'], ['name'], { name: 'users_role_fkey' })
@ForeignKey(() => Account, ['accountId'], ['id'], { name: 'users_account_id_fkey' })
@ForeignKey(() => Workspace, ['accountId', 'workspaceId'], ['accountId', 'id'], {
  name: 'users_account_id_workspace_id_fkey',
})
@Unique('users_account_id_id_key', ['accountId', 'id'])
@Unique('users_workspace_id_id_key', ['workspaceId', 'id'])
@Index('users_email', ['accountId', 'email'], { unique: true, where: 'ended_at is null' })
@Index('users_by_email', ['email'], { where: 'ended_at is null' })
@Check('users_status', `status in ('invited', 'active')`)
export class User extends EndingEntity {
  @PrimaryColumn({ type: 'text', collation: 'C', primaryKeyConstraintName: 'users_pkey' })
  id!: string;

  @Column({ type: 'text', collation: 'C', name: 'account_id' })
  accountId!: string;

  /** Null but for a role of workspace level. */
  @Column({ type: 'text', collation: 'C', name: 'workspace_id', nullable: true })
  workspaceId!: string | null;

  /** In lower case: the name to sign in with. */
  @Column({ type: 'text' })
  email!: string;

  @Column({ type: 'text' })
  name!: string;

  @Column({ type: 'text', collation: 'C' })
  role!: string;

  @Column({ type: 'text' })
  status!: UserStatus;

  /** The id of whoever made it. */
  @Column({ type: 'text', name: 'created_by' })
  createdBy!: string;
}
