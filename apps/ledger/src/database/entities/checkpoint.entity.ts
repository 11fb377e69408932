import { Column, Entity, PrimaryColumn } from 'typeorm';
import { LIVE } from '../names.js';

/** The ledger's position in the log. */
@Entity({ schema: LIVE, name: 'checkpoint' })
export class CheckpointEntity {
  @PrimaryColumn({ type: 'text' })
  stream!: string;

  @Column({ type: 'bigint' })
  sequence!: string;

  @Column({ type: 'text', nullable: true })
  epoch!: string | null;
}
