import { Column, Entity, PrimaryColumn } from 'typeorm';
import { LIVE } from '../names.js';

/** An operator's decision that an event the ledger cannot apply goes to suspense. */
@Entity({ schema: LIVE, name: 'suspension' })
export class SuspensionEntity {
  @PrimaryColumn({ type: 'text' })
  tenant!: string;

  @PrimaryColumn({ type: 'bigint', name: 'suspended_sequence' })
  suspendedSequence!: string;

  @PrimaryColumn({ type: 'integer', name: 'suspended_index' })
  suspendedIndex!: number;

  @Column({ type: 'text' })
  sale!: string;

  @Column({ type: 'text' })
  subject!: string;

  @Column({ type: 'bigint' })
  version!: string;

  @Column({ type: 'text' })
  hash!: string;

  @Column({ type: 'text' })
  refusal!: string;

  @Column({ type: 'text' })
  reason!: string;

  @Column({ type: 'bigint' })
  sequence!: string;

  @Column({ type: 'timestamptz', name: 'updated_at' })
  updatedAt!: Date;
}
