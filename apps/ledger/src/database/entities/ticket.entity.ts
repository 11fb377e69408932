import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import { LIVE } from '../names.js';

/** A ticket and the state of its mint. */
@Index('ticket_of_sale', ['tenant', 'sale', 'ticket'])
@Entity({ schema: LIVE, name: 'ticket' })
export class TicketEntity {
  @PrimaryColumn({ type: 'text' })
  tenant!: string;

  @PrimaryColumn({ type: 'text' })
  ticket!: string;

  @Column({ type: 'text' })
  sale!: string;

  @Column({ type: 'text' })
  unit!: string;

  @Column({ type: 'text', name: 'order_id' })
  order!: string;

  @Column({ type: 'text' })
  buyer!: string;

  @Column({ type: 'text', nullable: true })
  wallet!: string | null;

  @Column({ type: 'text' })
  status!: string;

  @Column({ type: 'integer' })
  request!: number;

  @Column({ type: 'text', name: 'mint_key', nullable: true })
  mintKey!: string | null;

  @Column({ type: 'integer' })
  attempts!: number;

  @Column({ type: 'text', nullable: true })
  asset!: string | null;

  @Column({ type: 'text', nullable: true })
  signature!: string | null;

  @Column({ type: 'numeric', nullable: true })
  slot!: string | null;

  @Column({ type: 'text', nullable: true })
  holder!: string | null;

  @Column({ type: 'text', nullable: true })
  failure!: string | null;

  @Column({ type: 'text', nullable: true })
  symbol!: string | null;

  @Column({ type: 'text', nullable: true })
  document!: string | null;

  @Column({ type: 'bigint' })
  sequence!: string;

  @Column({ type: 'timestamptz', name: 'updated_at' })
  updatedAt!: Date;
}
