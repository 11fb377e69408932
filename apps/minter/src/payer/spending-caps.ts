import { Inject, Injectable, Optional } from '@nestjs/common';
import type { Commit } from '#shared/event-store/commit.js';
import { Fault } from '#shared/kernel/fault.js';
import type { Environment } from '#shared/platform/process/environment.js';
import { ENVIRONMENT } from '#shared/platform/process/process.module.js';

/** The caps hold for every window of this length. */
export const CAPPED_MS = 60_000;
/** Mints that wait for a cap retry within this time, so a cap without a rejection for this long is not reached. */
const REMEMBERED_MS = 5_000;

export type Caps = Pick<Environment, 'MINT_CAP_PER_MINUTE' | 'MINT_CAP_TENANT_PER_MINUTE'>;

/** The purpose of an attempt: both cost a fee, a mint also its rent. */
type Spending = 'mint' | 'burn';

const keyOf = (ticket: string, attempt: number, what: Spending): string => `${what} ${ticket} ${attempt}`;

interface Spent {
  readonly tenant: string;
  readonly at: number;
}

/**
 * Caps the attempts signed in a minute, in total and for each tenant: the maximum cost of a flood of wrong commands. Counts come from
 * the log, so they survive restarts and cover all minters; attempts about to be logged are counted in advance.
 */
@Injectable()
export class SpendingCaps {
  /** By ticket and attempt, oldest first. */
  private readonly spent = new Map<string, Spent>();
  private readonly byTenant = new Map<string, number>();
  private refusedAt = Number.NEGATIVE_INFINITY;

  constructor(
    @Inject(ENVIRONMENT) private readonly caps: Caps,
    @Optional() private readonly now: () => number = Date.now,
  ) {}

  /** True while mints wait for a cap. */
  get reached(): boolean {
    return this.now() - this.refusedAt < REMEMBERED_MS;
  }

  /** Counts signed attempts from the log; idempotent. */
  note({ subject, events }: Pick<Commit, 'subject' | 'events'>): void {
    const tenant = subject.split('.')[1] ?? '';
    for (const { type, data, at } of events) {
      if (type === 'MintSubmitted') this.count(keyOf(data.ticket, data.attempt, 'mint'), { tenant, at });
      else if (type === 'MintRevokeSubmitted') this.count(keyOf(data.ticket, data.attempt, 'burn'), { tenant, at });
    }
  }

  /** Call this before an attempt is signed. @throws Fault `spending-capped` */
  reserve(tenant: string, ticket: string, attempt: number, what: Spending = 'mint'): void {
    const key = keyOf(ticket, attempt, what);
    if (this.spent.has(key)) return;
    if (!this.allows(tenant)) {
      const { MINT_CAP_PER_MINUTE: perMinute, MINT_CAP_TENANT_PER_MINUTE: perTenantMinute } = this.caps;
      const ofTenant = this.byTenant.get(tenant) ?? 0;
      throw new Fault('spending-capped', { tenant, inLastMinute: this.spent.size, perMinute, ofTenant, perTenantMinute });
    }
    this.count(key, { tenant, at: this.now() });
  }

  /** True when a tenant may have another attempt signed now; otherwise its waiting mints do not start. */
  allows(tenant: string): boolean {
    this.forget();
    const { MINT_CAP_PER_MINUTE: perMinute, MINT_CAP_TENANT_PER_MINUTE: perTenantMinute } = this.caps;
    const isReached = this.spent.size >= perMinute || (this.byTenant.get(tenant) ?? 0) >= perTenantMinute;
    if (isReached) this.refusedAt = this.now();
    return !isReached;
  }

  private count(key: string, spent: Spent): void {
    if (this.spent.has(key) || spent.at <= this.now() - CAPPED_MS) return;
    this.spent.set(key, spent);
    this.byTenant.set(spent.tenant, (this.byTenant.get(spent.tenant) ?? 0) + 1);
  }

  private forget(): void {
    const over = this.now() - CAPPED_MS;
    for (const [key, { tenant, at }] of this.spent) {
      if (at > over) return;
      this.spent.delete(key);
      const left = (this.byTenant.get(tenant) ?? 0) - 1;
      if (left > 0) this.byTenant.set(tenant, left);
      else this.byTenant.delete(tenant);
    }
  }
}
