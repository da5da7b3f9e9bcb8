import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { SealedSecret } from '../sealing/sealed-secret.entity.js';
import { User } from './user.entity.js';

/** What a person signs in with, and when that was last; apart, since nobody is told of its changes. */
@Entity('user_credentials')
@ForeignKey(() => User, ['userId'], ['id'], { name: 'user_credentials_user_id_fkey' })
@ForeignKey(() => User, ['accountId', 'userId'], ['accountId', 'id'], {
  name: 'user_credentials_account_id_user_id_fkey',
})
@ForeignKey(() => User, ['workspaceId', 'userId'], ['workspaceId', 'id'], {
  name: 'user_credentials_workspace_id_user_id_fkey',
})
@ForeignKey(() => SealedSecret, ['setupPepperId'], ['id'], { name: 'user_credentials_setup_pepper_id_fkey' })
@Index('user_credentials_account_id', ['accountId'], { where: 'password_hash is not null' })
@Index('user_credentials_workspace_id', ['workspaceId'], { where: 'password_hash is not null' })
@Index('user_credentials_setup_hash', ['setupHash'], { unique: true, where: 'setup_hash is not null' })
@Check(
  'user_credentials_setup',
  '(setup_pepper_id is null) = (setup_hash is null) and (setup_hash is null) = (setup_expires_at is null)',
)
export class UserCredential {
  @PrimaryColumn({ type: 'text', collation: 'C', name: 'user_id', primaryKeyConstraintName: 'user_credentials_pkey' })
  userId!: string;

  @Column({ type: 'text', collation: 'C', name: 'account_id' })
  accountId!: string;

  @Column({ type: 'text', collation: 'C', name: 'workspace_id', nullable: true })
  workspaceId!: string | null;

  /** Argon2id, in its encoded form; null until there is a password. */
  @Column({ type: 'text', name: 'password_hash', nullable: true })
  passwordHash!: string | null;

  @Column({ type: 'text', collation: 'C', name: 'setup_pepper_id', nullable: true })
  setupPepperId!: string | null;

  /** Hash of the setup token; null once it was used. */
  @Column({ type: 'bytea', name: 'setup_hash', nullable: true })
  setupHash!: Buffer | null;

  @Column({ type: 'timestamptz', name: 'setup_expires_at', nullable: true })
  setupExpiresAt!: Date | null;

  @Column({ type: 'timestamptz', name: 'last_login_at', nullable: true })
  lastLoginAt!: Date | null;
}
