import { Check, Column, Entity, Index, PrimaryColumn } from 'typeorm';
import { LIVE } from '../names.js';

/** A payment for one order in one currency, and the accounts that hold its money. */
@Check('payment_check', 'received_minor = clearing_minor + revenue_minor + owed_minor + disputed_minor + returned_minor')
@Index('payment_in_clearing', ['tenant', 'sale'], { where: 'clearing_minor > 0' })
@Entity({ schema: LIVE, name: 'payment' })
export class PaymentEntity {
  @PrimaryColumn({ type: 'text' })
  tenant!: string;

  @PrimaryColumn({ type: 'text' })
  sale!: string;

  @PrimaryColumn({ type: 'text' })
  payment!: string;

  @PrimaryColumn({ type: 'text', name: 'order_id' })
  order!: string;

  @PrimaryColumn({ type: 'text' })
  currency!: string;

  @Column({ type: 'boolean' })
  matched!: boolean;

  @Column({ type: 'numeric', name: 'received_minor' })
  receivedMinor!: string;

  @Column({ type: 'numeric', name: 'refunded_minor' })
  refundedMinor!: string;

  @Column({ type: 'numeric', name: 'refunds_minor' })
  refundsMinor!: string;

  @Column({ type: 'numeric', name: 'disputes_lost_minor' })
  disputesLostMinor!: string;

  @Column({ type: 'numeric', name: 'disputes_open_minor' })
  disputesOpenMinor!: string;

  @Column({ type: 'numeric', name: 'to_return_minor', nullable: true })
  toReturnMinor!: string | null;

  @Column({ type: 'numeric', name: 'clearing_minor' })
  clearingMinor!: string;

  @Column({ type: 'numeric', name: 'revenue_minor' })
  revenueMinor!: string;

  @Column({ type: 'numeric', name: 'owed_minor' })
  owedMinor!: string;

  @Column({ type: 'numeric', name: 'disputed_minor' })
  disputedMinor!: string;

  @Column({ type: 'numeric', name: 'returned_minor' })
  returnedMinor!: string;

  @Column({ type: 'text', nullable: true })
  reason!: string | null;

  @Column({ type: 'bigint' })
  sequence!: string;

  @Column({ type: 'timestamptz', name: 'updated_at' })
  updatedAt!: Date;
}
