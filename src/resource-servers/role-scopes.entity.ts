import { Column, Entity, ForeignKey, PrimaryColumn } from 'typeorm';
import { Role } from '../roles/role.entity.js';
import { ResourceServer } from './resource-server.entity.js';

/** What a role may do at a resource server; a role without a row has no access to it. */
@Entity('resource_server_role_scopes')
@ForeignKey(() => ResourceServer, ['resourceServerId'], ['id'], {
  name: 'resource_server_role_scopes_resource_server_id_fkey',
})
@ForeignKey(() => Role, ['role'], ['name'], { name: 'resource_server_role_scopes_role_fkey' })
export class RoleScopes {
  @PrimaryColumn({
    type: 'text',
    collation: 'C',
    name: 'resource_server_id',
    primaryKeyConstraintName: 'resource_server_role_scopes_pkey',
  })
  resourceServerId!: string;

  @PrimaryColumn({ type: 'text', collation: 'C', primaryKeyConstraintName: 'resource_server_role_scopes_pkey' })
  role!: string;

  @Column({ type: 'text', array: true })
  scopes!: string[];
}
