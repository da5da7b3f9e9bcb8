import { Column } from 'typeorm';

/** Columns of every row that people change; `version` is its ETag. */
export abstract class ChangingEntity {
  @Column({ type: 'timestamptz', name: 'created_at' })
  createdAt!: Date;

  @Column({ type: 'timestamptz', name: 'updated_at' })
  updatedAt!: Date;

  @Column({ type: 'integer', default: 1 })
  version!: number;
}
