import { Column, Entity, ForeignKey, Index, PrimaryColumn, Unique } from 'typeorm';
import { EndingEntity } from '../database/ending.entity.js';
import { Account } from './account.entity.js';

/** A part of an account: the unit of isolation. */
@Entity('workspaces')
@ForeignKey(() => Account, ['accountId'], ['id'], { name: 'workspaces_account_id_fkey' })
@Unique('workspaces_account_id_id_key', ['accountId', 'id'])
@Index('workspaces_slug', ['accountId', 'slug'], { unique: true, where: 'ended_at is null' })
export class Workspace extends EndingEntity {
  @PrimaryColumn({ type: 'text', collation: 'C', primaryKeyConstraintName: 'workspaces_pkey' })
  id!: string;

  @Column({ type: 'text', collation: 'C', name: 'account_id' })
  accountId!: string;

  @Column({ type: 'text' })
  name!: string;

  @Column({ type: 'text' })
  slug!: string;

  /** The id of whoever made it. */
  @Column({ type: 'text', name: 'created_by' })
  createdBy!: string;
}
