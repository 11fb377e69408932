import { KeyedSlots, type Release } from '../../kernel/concurrency/keyed-slots.js';
import type { TenantRates } from './tenant-rates.js';

/** A slot whose request is answered already is free at once; its tenant is told the least that can be told. */
const SLOT_RETRY_SECONDS = 1;

/** What one tenant may ask of this process: so many requests at once and so many a second, over whatever transport. */
export class TenantLimits {
  private readonly slots: KeyedSlots;

  constructor(
    private readonly rates: TenantRates,
    readonly maxInFlight: number,
  ) {
    this.slots = new KeyedSlots(maxInFlight);
  }

  /** Lets a request in. @returns how its slot is given back when it is answered, or after how many seconds the tenant may try again */
  enter(tenant: string): Release | number {
    const release = this.slots.take(tenant);
    if (release === undefined) return SLOT_RETRY_SECONDS;
    const waitSeconds = this.rates.take(tenant);
    if (waitSeconds === 0) return release;
    release();
    return waitSeconds;
  }

  /** Requests of all tenants under way now. */
  get inFlight(): number {
    return this.slots.count;
  }
}
