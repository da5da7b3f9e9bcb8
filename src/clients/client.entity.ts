import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn, Unique } from 'typeorm';
import { type Level } from '../common/oauth/vocabulary.js';
import { EndingEntity } from '../database/ending.entity.js';
import { Role } from '../roles/role.entity.js';
import { Account } from '../workspaces/account.entity.js';
import { Workspace } from '../workspaces/workspace.entity.js';

/** An OAuth client of the platform, of an account or of a workspace, with one role. */
@Entity('clients')
@ForeignKey(() => Role, ['role'], ['name'], { name: 'clients_role_fkey' })
@ForeignKey(() => Account, ['accountId'], ['id'], { name: 'clients_account_id_fkey' })
@ForeignKey(() => Workspace, ['accountId', 'workspaceId'], ['accountId', 'id'], {
  name: 'clients_account_id_workspace_id_fkey',
})
@Index('clients_account_id', ['accountId', 'id'])
@Index('clients_workspace_id', ['workspaceId', 'id'])
@Unique('clients_account_id_id_key', ['accountId', 'id'])
@Unique('clients_workspace_id_id_key', ['workspaceId', 'id'])
@Check(
  'clients_level',
  `case level when 'platform' then account_id is null and workspace_id is null
   when 'account' then account_id is not null and workspace_id is null
   when 'workspace' then account_id is not null and workspace_id is not null else false end`,
)
export class Client extends EndingEntity {
  /** The `client_id`. */
  @PrimaryColumn({ type: 'text', collation: 'C', primaryKeyConstraintName: 'clients_pkey' })
  id!: string;

  @Column({ type: 'text' })
  level!: Level;

  @Column({ type: 'text', collation: 'C', name: 'account_id', nullable: true })
  accountId!: string | null;

  @Column({ type: 'text', collation: 'C', name: 'workspace_id', nullable: true })
  workspaceId!: string | null;

  @Column({ type: 'text' })
  name!: string;

  @Column({ type: 'text', collation: 'C' })
  role!: string;

  /** The id of whoever made it. */
  @Column({ type: 'text', name: 'created_by' })
  createdBy!: string;

  /** Whether it counts for CLIENT_CREATION_MAX: not made by the platform. */
  @Column({ type: 'boolean', default: false })
  counted!: boolean;

  @Column({ type: 'timestamptz', name: 'expires_at', nullable: true })
  expiresAt!: Date | null;
}
