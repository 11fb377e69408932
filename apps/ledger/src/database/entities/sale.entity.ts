import { Column, Entity, PrimaryColumn } from 'typeorm';
import { LIVE } from '../names.js';

/** A sale after its last event. */
@Entity({ schema: LIVE, name: 'sale' })
export class SaleEntity {
  @PrimaryColumn({ type: 'text' })
  tenant!: string;

  @PrimaryColumn({ type: 'text' })
  sale!: string;

  @Column({ type: 'text' })
  name!: string;

  @Column({ type: 'numeric' })
  units!: string;

  @Column({ type: 'numeric', name: 'price_minor' })
  priceMinor!: string;

  @Column({ type: 'text' })
  currency!: string;

  @Column({ type: 'integer', name: 'max_per_buyer' })
  maxPerBuyer!: number;

  @Column({ type: 'text' })
  payment!: string;

  @Column({ type: 'text' })
  mint!: string;

  @Column({ type: 'timestamptz', name: 'opens_at', nullable: true })
  opensAt!: Date | null;

  @Column({ type: 'timestamptz', name: 'closes_at', nullable: true })
  closesAt!: Date | null;

  @Column({ type: 'text' })
  status!: string;

  @Column({ type: 'bigint' })
  sequence!: string;

  @Column({ type: 'timestamptz', name: 'updated_at' })
  updatedAt!: Date;
}
