import { KeyedSlots, type Release } from '../../kernel/concurrency/keyed-slots.js';
import type { TenantRates } from './tenant-rates.js';

/** A slot may become free at any time; the tenant gets the shortest retry time. */
const SLOT_RETRY_SECONDS = 1;

/** Limits one tenant's requests in this process, over any transport: concurrent ones and ones a second. */
export class TenantLimits {
  private readonly slots: KeyedSlots;

  constructor(
    private readonly rates: TenantRates,
    readonly maxInFlight: number,
  ) {
    this.slots = new KeyedSlots(maxInFlight);
  }

  /** Admits a request. @returns the function that frees its slot, or the seconds until a retry */
  enter(tenant: string): Release | number {
    const release = this.slots.take(tenant);
    if (release === undefined) return SLOT_RETRY_SECONDS;
    const waitSeconds = this.rates.take(tenant);
    if (waitSeconds === 0) return release;
    release();
    return waitSeconds;
  }

  /** Requests of all tenants in progress. */
  get inFlight(): number {
    return this.slots.count;
  }
}
