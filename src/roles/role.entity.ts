import { Check, Column, Entity, PrimaryColumn } from 'typeorm';
import { ChangingEntity } from '../database/changing.entity.js';
import { type Level } from '../common/oauth/vocabulary.js';

/** The levels of the roles that the platform adds. */
export const OWN_ROLE_LEVELS = ['workspace', 'platform'] as const satisfies readonly Level[];

/** What a client may do: management scopes, and whatever resource servers give the role. */
@Entity('roles')
@Check('roles_level', `level in ('platform', 'account', 'workspace')`)
@Check(
  'roles_assignable_by',
  `case level when 'workspace' then assignable_by in ('workspace', 'account', 'platform')
   when 'account' then assignable_by in ('account', 'platform') else assignable_by = 'platform' end`,
)
export class Role extends ChangingEntity {
  @PrimaryColumn({ type: 'text', collation: 'C', primaryKeyConstraintName: 'roles_pkey' })
  name!: string;

  @Column({ type: 'text' })
  level!: Level;

  /** The lowest level whose principals may give it; not below its own. */
  @Column({ type: 'text', name: 'assignable_by' })
  assignableBy!: Level;

  /** Management scopes, as granted; containment is written out at use. */
  @Column({ type: 'text', array: true })
  scopes!: string[];

  @Column({ type: 'boolean', name: 'built_in', default: false })
  builtIn!: boolean;
}
