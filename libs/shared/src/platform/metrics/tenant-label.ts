/**
 * Tenants with series of their own in one process; the others share one. A tenant has some hundred series of about 1 KB here, and as
 * many in Prometheus.
 */
export const MAX_TENANTS_SHOWN = 200;
/** Not a valid tenant name. */
export const OTHER_TENANTS = '*';

/** First come, first served: a tenant keeps its label, so a series never changes its meaning while the process runs. */
export class TenantLabel {
  private readonly shown = new Set<string>();

  constructor(private readonly most = MAX_TENANTS_SHOWN) {}

  of(tenant: string): string {
    if (this.shown.has(tenant)) return tenant;
    if (this.shown.size >= this.most) return OTHER_TENANTS;
    this.shown.add(tenant);
    return tenant;
  }
}
