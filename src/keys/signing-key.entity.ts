import { Check, Column, Entity, Index, PrimaryColumn } from 'typeorm';
import { type SigningAlg } from '../common/oauth/vocabulary.js';
import { type PublicJwk } from './public-jwk.js';

/** `published`: public, not yet signing; `active`: signs; `retiring`: verifies only; `revoked`: neither. */
export type SigningKeyState = 'published' | 'active' | 'retiring' | 'revoked';

/** A signing key: its public half, its life, and its private half sealed while it may sign. */
@Entity('signing_keys')
@Check('signing_keys_state', `state in ('published', 'active', 'retiring', 'revoked')`)
@Index('signing_keys_one_active', ['alg'], { unique: true, where: `state = 'active'` })
@Index('signing_keys_one_published', ['alg'], { unique: true, where: `state = 'published'` })
export class SigningKey {
  /** The key's thumbprint (RFC 7638). */
  @PrimaryColumn({ name: 'kid', type: 'text', collation: 'C', primaryKeyConstraintName: 'signing_keys_pkey' })
  kid: string;

  @Column({ name: 'alg', type: 'text' })
  alg: SigningAlg;

  @Column({ name: 'state', type: 'text' })
  state: SigningKeyState;

  @Column({ name: 'public_jwk', type: 'jsonb' })
  publicJwk: PublicJwk;

  /** PKCS#8, sealed for `signing_key:<kid>`; null once the key signs no more. */
  @Column({ name: 'sealed_private', type: 'text', nullable: true })
  sealedPrivate: string | null;

  @Column({ name: 'published_at', type: 'timestamptz' })
  publishedAt: Date;

  @Column({ name: 'activated_at', type: 'timestamptz', nullable: true })
  activatedAt: Date | null;

  /** An active key makes no signature before this moment. */
  @Column({ name: 'signs_from', type: 'timestamptz', nullable: true })
  signsFrom: Date | null;

  @Column({ name: 'retiring_at', type: 'timestamptz', nullable: true })
  retiringAt: Date | null;

  /** When the last token that it signed has expired. */
  @Column({ name: 'removable_at', type: 'timestamptz', nullable: true })
  removableAt: Date | null;

  @Column({ name: 'revoked_at', type: 'timestamptz', nullable: true })
  revokedAt: Date | null;

  @Column({ name: 'version', type: 'integer', default: 1 })
  version: number;
}
