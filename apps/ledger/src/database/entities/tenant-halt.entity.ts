import { Column, Entity, PrimaryColumn } from 'typeorm';
import { LIVE } from '../names.js';

/** A halted tenant, the first commit that is not in its ledger, and the reason. */
@Entity({ schema: LIVE, name: 'tenant_halt' })
export class TenantHaltEntity {
  @PrimaryColumn({ type: 'text' })
  tenant!: string;

  @Column({ type: 'bigint' })
  sequence!: string;

  @Column({ type: 'text' })
  subject!: string;

  @Column({ type: 'text' })
  reason!: string;

  @Column({ type: 'integer', name: 'event_index', nullable: true })
  eventIndex!: number | null;

  @Column({ type: 'bigint', nullable: true })
  decision!: string | null;

  @Column({ type: 'boolean', name: 'catching_up' })
  catchingUp!: boolean;
}
