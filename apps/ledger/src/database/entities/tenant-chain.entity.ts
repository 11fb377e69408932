import { Column, Entity, PrimaryColumn } from 'typeorm';
import { LIVE } from '../names.js';

/** A tenant's running hash over all its entries. */
@Entity({ schema: LIVE, name: 'tenant_chain' })
export class TenantChainEntity {
  @PrimaryColumn({ type: 'text' })
  tenant!: string;

  @Column({ type: 'bigint' })
  entries!: string;

  @Column({ type: 'text' })
  hash!: string;

  @Column({ type: 'bigint' })
  sequence!: string;
}
