import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import { LIVE } from '../names.js';

/** An order; `order` is a reserved word in SQL. */
@Index('sale_order_of_sale', ['tenant', 'sale', 'order'])
@Entity({ schema: LIVE, name: 'sale_order' })
export class SaleOrderEntity {
  @PrimaryColumn({ type: 'text' })
  tenant!: string;

  @PrimaryColumn({ type: 'text', name: 'order_id' })
  order!: string;

  @Column({ type: 'text' })
  sale!: string;

  @Column({ type: 'text' })
  buyer!: string;

  @Column({ type: 'text', nullable: true })
  wallet!: string | null;

  @Column({ type: 'text' })
  status!: string;

  @Column({ type: 'numeric', name: 'total_minor' })
  totalMinor!: string;

  @Column({ type: 'text' })
  currency!: string;

  @Column({ type: 'text', array: true })
  tickets!: string[];

  @Column({ type: 'text', name: 'idempotency_key', nullable: true })
  idempotencyKey!: string | null;

  @Column({ type: 'timestamptz', name: 'placed_at' })
  placedAt!: Date;

  @Column({ type: 'timestamptz', name: 'expires_at', nullable: true })
  expiresAt!: Date | null;

  @Column({ type: 'text', nullable: true })
  payment!: string | null;

  @Column({ type: 'bigint' })
  sequence!: string;

  @Column({ type: 'timestamptz', name: 'updated_at' })
  updatedAt!: Date;
}
