import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { ResourceServer } from '../resource-servers/resource-server.entity.js';
import { Client } from './client.entity.js';

/** A resource server for which a client may ask tokens. */
@Entity('client_audiences')
@ForeignKey(() => ResourceServer, ['resourceServerId'], ['id'], { name: 'client_audiences_resource_server_id_fkey' })
@ForeignKey(() => Client, ['clientId'], ['id'], { name: 'client_audiences_client_id_fkey' })
@ForeignKey(() => Client, ['accountId', 'clientId'], ['accountId', 'id'], {
  name: 'client_audiences_account_id_client_id_fkey',
})
@ForeignKey(() => Client, ['workspaceId', 'clientId'], ['workspaceId', 'id'], {
  name: 'client_audiences_workspace_id_client_id_fkey',
})
@Index('client_audiences_one_default', ['clientId'], { unique: true, where: 'is_default' })
export class ClientAudience {
  @PrimaryColumn({ type: 'text', collation: 'C', name: 'client_id', primaryKeyConstraintName: 'client_audiences_pkey' })
  clientId!: string;

  @PrimaryColumn({
    type: 'text',
    collation: 'C',
    name: 'resource_server_id',
    primaryKeyConstraintName: 'client_audiences_pkey',
  })
  resourceServerId!: string;

  @Column({ type: 'text', collation: 'C', name: 'account_id', nullable: true })
  accountId!: string | null;

  @Column({ type: 'text', collation: 'C', name: 'workspace_id', nullable: true })
  workspaceId!: string | null;

  /** Its place in the client's list, from 0. */
  @Column({ type: 'integer' })
  position!: number;

  @Column({ type: 'boolean', name: 'is_default', default: false })
  isDefault!: boolean;
}
