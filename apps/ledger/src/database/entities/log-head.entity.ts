import { Column, Entity, PrimaryColumn } from 'typeorm';
import { LIVE } from '../names.js';

/** The last applied commit of a subject of the log. */
@Entity({ schema: LIVE, name: 'log_head' })
export class LogHeadEntity {
  @PrimaryColumn({ type: 'text' })
  tenant!: string;

  @PrimaryColumn({ type: 'text' })
  subject!: string;

  @Column({ type: 'bigint' })
  version!: string;

  @Column({ type: 'bigint' })
  sequence!: string;

  @Column({ type: 'text' })
  hash!: string;
}
