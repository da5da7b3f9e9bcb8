import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { SealedSecret } from '../sealing/sealed-secret.entity.js';
import { Client } from './client.entity.js';

/** A secret of a client, as a hash under the pepper that it names. */
@Entity('client_secrets')
@ForeignKey(() => Client, ['clientId'], ['id'], { name: 'client_secrets_client_id_fkey' })
@ForeignKey(() => Client, ['accountId', 'clientId'], ['accountId', 'id'], {
  name: 'client_secrets_account_id_client_id_fkey',
})
@ForeignKey(() => Client, ['workspaceId', 'clientId'], ['workspaceId', 'id'], {
  name: 'client_secrets_workspace_id_client_id_fkey',
})
@ForeignKey(() => SealedSecret, ['pepperId'], ['id'], { name: 'client_secrets_pepper_id_fkey' })
@Index('client_secrets_client_id', ['clientId'])
export class ClientSecret {
  @PrimaryColumn({ type: 'text', collation: 'C', primaryKeyConstraintName: 'client_secrets_pkey' })
  id!: string;

  @Column({ type: 'text', collation: 'C', name: 'client_id' })
  clientId!: string;

  @Column({ type: 'text', collation: 'C', name: 'account_id', nullable: true })
  accountId!: string | null;

  @Column({ type: 'text', collation: 'C', name: 'workspace_id', nullable: true })
  workspaceId!: string | null;

  @Column({ type: 'text', collation: 'C', name: 'pepper_id' })
  pepperId!: string;

  @Column({ type: 'bytea' })
  hash!: Buffer;

  @Column({ type: 'text' })
  last4!: string;

  @Column({ type: 'timestamptz', name: 'created_at' })
  createdAt!: Date;

  @Column({ type: 'timestamptz', name: 'expires_at', nullable: true })
  expiresAt!: Date | null;

  /** The end that it had before the rotation that retires it; given back where that is cancelled. */
  @Column({ type: 'timestamptz', name: 'expires_at_before', nullable: true })
  expiresAtBefore!: Date | null;

  @Column({ type: 'timestamptz', name: 'ended_at', nullable: true })
  endedAt!: Date | null;

  @Column({ type: 'text', name: 'ended_by', nullable: true })
  endedBy!: string | null;

  @Column({ type: 'text', name: 'ended_reason', nullable: true })
  endedReason!: string | null;
}
