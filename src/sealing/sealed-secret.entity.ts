import { Column, Entity, PrimaryColumn, Unique } from 'typeorm';

/** A random secret of the service's own, sealed under a key-encryption key: one for each purpose. */
@Entity('sealed_secrets')
@Unique('sealed_secrets_purpose_key', ['purpose'])
export class SealedSecret {
  @PrimaryColumn({ name: 'id', type: 'text', collation: 'C', primaryKeyConstraintName: 'sealed_secrets_pkey' })
  id: string;

  @Column({ name: 'purpose', type: 'text' })
  purpose: string;

  @Column({ name: 'sealed', type: 'text' })
  sealed: string;

  @Column({ name: 'created_at', type: 'timestamptz' })
  createdAt: Date;
}
