import { Column } from 'typeorm';
import { ChangingEntity } from './changing.entity.js';

/** Columns of every row that has a history: it is ended, never deleted. */
export abstract class EndingEntity extends ChangingEntity {
  @Column({ type: 'timestamptz', name: 'ended_at', nullable: true })
  endedAt!: Date | null;

  @Column({ type: 'text', name: 'ended_by', nullable: true })
  endedBy!: string | null;

  @Column({ type: 'text', name: 'ended_reason', nullable: true })
  endedReason!: string | null;
}
