import { Check, Column, Entity, Index, PrimaryColumn } from 'typeorm';
import { LIVE } from '../names.js';

/** One movement of tickets or money. Rows are added, never changed. */
@Check('ledger_entry_amount_check', 'amount > 0')
@Check('ledger_entry_check', 'debit <> credit')
@Index('ledger_entry_of_sale', ['tenant', 'sale', 'sequence'])
@Entity({ schema: LIVE, name: 'ledger_entry' })
export class LedgerEntryEntity {
  @PrimaryColumn({ type: 'text' })
  tenant!: string;

  @PrimaryColumn({ type: 'bigint' })
  sequence!: string;

  @PrimaryColumn({ type: 'integer', name: 'event_index' })
  eventIndex!: number;

  @PrimaryColumn({ type: 'integer', name: 'entry_index' })
  entryIndex!: number;

  @Column({ type: 'text' })
  sale!: string;

  @Column({ type: 'text' })
  event!: string;

  @Column({ type: 'timestamptz', name: 'occurred_at' })
  occurredAt!: Date;

  @Column({ type: 'text', name: 'idempotency_key', nullable: true })
  idempotencyKey!: string | null;

  @Column({ type: 'text', name: 'order_id', nullable: true })
  order!: string | null;

  @Column({ type: 'text', nullable: true })
  ticket!: string | null;

  @Column({ type: 'text' })
  debit!: string;

  @Column({ type: 'text' })
  credit!: string;

  @Column({ type: 'text' })
  unit!: string;

  @Column({ type: 'numeric' })
  amount!: string;
}
