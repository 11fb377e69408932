const MS_PER_SECOND = 1_000;
/** Tenants with recent requests that are kept; a dropped one starts with a full bucket, which is harmless. */
const MAX_REMEMBERED = 10_000;

interface Bucket {
  tokens: number;
  at: number;
}

/** The rate limit of each tenant in this process: one token bucket each, so that a rush of one tenant does not delay another. */
export class TenantRates {
  private readonly buckets = new Map<string, Bucket>();

  constructor(
    private readonly perSecond: number,
    private readonly burst: number,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** Takes a token. @returns 0, or the seconds until one is available */
  take(tenant: string): number {
    const now = this.now();
    const bucket = this.buckets.get(tenant) ?? { tokens: this.burst, at: now };
    bucket.tokens = Math.min(this.burst, bucket.tokens + ((now - bucket.at) / MS_PER_SECOND) * this.perSecond);
    bucket.at = now;
    if (this.buckets.size >= MAX_REMEMBERED) this.buckets.clear();
    this.buckets.set(tenant, bucket);
    if (bucket.tokens < 1) return Math.max(1, Math.ceil((1 - bucket.tokens) / this.perSecond));
    bucket.tokens -= 1;
    return 0;
  }
}
