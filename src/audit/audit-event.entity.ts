import { Check, Column, Entity, Index, PrimaryColumn, Unique } from 'typeorm';

/** What happened to what, by whom; written once and never changed. */
@Entity('audit_events')
@Unique('audit_events_chain_number_key', ['chain', 'number'])
@Check('audit_events_chain', `chain = coalesce(account_id, 'platform')`)
@Check('audit_events_outcome', `outcome in ('done', 'refused')`)
@Index('audit_events_account_id', ['accountId', 'id'])
@Index('audit_events_workspace_id', ['workspaceId', 'id'])
@Index('audit_events_object_id', ['objectId', 'id'])
@Index('audit_events_actor_id', ['actorId', 'id'])
@Index('audit_events_action', ['action', 'id'])
@Index('audit_events_refused', ['id'], { where: `outcome = 'refused'` })
export class AuditEvent {
  @PrimaryColumn({ type: 'text', collation: 'C', primaryKeyConstraintName: 'audit_events_pkey' })
  id!: string;

  /** The account's id, or `platform`. */
  @Column({ type: 'text', collation: 'C' })
  chain!: string;

  /** From 1, without gaps in its chain; PostgreSQL's bigint comes as text. */
  @Column({ type: 'bigint' })
  number!: string;

  /** HMAC-SHA-256 over this row and the hash of the row before. */
  @Column({ type: 'bytea' })
  hash!: Buffer;

  @Column({ type: 'text', collation: 'C', name: 'account_id', nullable: true })
  accountId!: string | null;

  @Column({ type: 'text', collation: 'C', name: 'workspace_id', nullable: true })
  workspaceId!: string | null;

  /** When it happened, or the first of `count` equal ones. The id begins with the same time. */
  @Column({ type: 'timestamptz' })
  at!: Date;

  /** When the last of `count` equal ones came. */
  @Column({ type: 'timestamptz', name: 'last_at' })
  lastAt!: Date;

  @Column({ type: 'integer' })
  count!: number;

  @Column({ type: 'text', name: 'actor_type' })
  actorType!: string;

  @Column({ type: 'text', name: 'actor_id', nullable: true })
  actorId!: string | null;

  @Column({ type: 'text', name: 'on_behalf_of', nullable: true })
  onBehalfOf!: string | null;

  @Column({ type: 'text' })
  action!: string;

  @Column({ type: 'text', nullable: true })
  reason!: string | null;

  @Column({ type: 'text', name: 'object_type' })
  objectType!: string;

  @Column({ type: 'text', name: 'object_id', nullable: true })
  objectId!: string | null;

  /** Text-preserving, unlike jsonb: the hash covers it as it was written. */
  @Column({ type: 'json', nullable: true })
  changes!: object | null;

  @Column({ type: 'text' })
  outcome!: 'done' | 'refused';

  @Column({ type: 'text', nullable: true })
  address!: string | null;

  @Column({ type: 'text', name: 'request_id', nullable: true })
  requestId!: string | null;
}
