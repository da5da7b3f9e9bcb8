import { Check, Column, Entity, Index, PrimaryColumn } from 'typeorm';
import { type SigningAlg, type TokenFormatName, type TokenTyp } from '../common/oauth/vocabulary.js';
import { EndingEntity } from '../database/ending.entity.js';

/** An API that accepts tokens, named by its identifier, the audience. */
@Entity('resource_servers')
@Index('resource_servers_identifier', ['identifier'], { unique: true, where: 'ended_at is null' })
@Index('resource_servers_management', ['management'], { unique: true, where: 'management' })
@Check('resource_servers_ttl', 'token_ttl_seconds between 1 and 2592000')
@Check('resource_servers_format', `token_format in ('jwt', 'opaque')`)
@Check('resource_servers_typ', `token_typ in ('at+jwt', 'JWT')`)
export class ResourceServer extends EndingEntity {
  @PrimaryColumn({ type: 'text', collation: 'C', primaryKeyConstraintName: 'resource_servers_pkey' })
  id!: string;

  @Column({ type: 'text', collation: 'C' })
  identifier!: string;

  @Column({ type: 'text' })
  name!: string;

  @Column({ type: 'text', array: true })
  scopes!: string[];

  /** Null: the service's default, ACCESS_TOKEN_TTL. */
  @Column({ type: 'integer', name: 'token_ttl_seconds', nullable: true })
  tokenTtlSeconds!: number | null;

  /** The longest of its own that it ever had, seconds. A trigger writes it: a cut must outlive tokens from before a change. */
  @Column({ type: 'integer', name: 'longest_ttl_seconds', nullable: true, select: false, insert: false, update: false })
  longestTtlSeconds!: number | null;

  /** Whether it ever had the service's default. A trigger writes it. */
  @Column({
    type: 'boolean',
    name: 'had_default_ttl',
    default: false,
    select: false,
    insert: false,
    update: false,
  })
  hadDefaultTtl!: boolean;

  @Column({ type: 'text', name: 'signing_alg' })
  signingAlg!: SigningAlg;

  /** The algorithm that it changes to; verifiers come to know the key meanwhile. Null most of the time. */
  @Column({ type: 'text', name: 'next_signing_alg', nullable: true })
  nextSigningAlg!: SigningAlg | null;

  /** From when tokens are signed with `nextSigningAlg`. */
  @Column({ type: 'timestamptz', name: 'next_signing_alg_from', nullable: true })
  nextSigningAlgFrom!: Date | null;

  @Column({ type: 'text', name: 'token_format', default: 'jwt' })
  tokenFormat!: TokenFormatName;

  @Column({ type: 'text', name: 'token_typ', default: 'at+jwt' })
  tokenTyp!: TokenTyp;

  /** The management API itself: one of all, and what a role may do on it is the role's own scopes. */
  @Column({ type: 'boolean', default: false })
  management!: boolean;
}
