import type { LookupNames } from '#shared/platform/lookups/lookup-names.js';
import type { Logger } from '#shared/platform/process/logger.js';
import { endpointsOf, readEndpoint } from '#shared/platform/webhooks/endpoint.js';

/** The poll interval of the bucket. */
const POLL_MS = 250;
/** Names that are older than this say too little: a commit waits for newer ones. */
const STALE_MS = 1_000;

/** The endpoints that each tenant has, in memory, at most a second old. */
export class EndpointNames {
  private readonly names = new Map<string, Set<string>>();
  private place = 0;
  private readAt = Number.NEGATIVE_INFINITY;
  private timer: NodeJS.Timeout | undefined;
  private looking: Promise<void> = Promise.resolve();
  private stopped = false;

  constructor(
    private readonly bucket: Pick<LookupNames, 'next'>,
    private readonly logger: Logger,
  ) {
    this.keepLooking();
  }

  /** `undefined`: not known now. */
  of(tenant: string): readonly string[] | undefined {
    return performance.now() - this.readAt > STALE_MS ? undefined : [...(this.names.get(tenant) ?? [])];
  }

  /** Resolves when no poll is in flight. */
  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await this.looking;
  }

  private keepLooking(): void {
    this.looking = this.look().then(() => {
      if (!this.stopped) this.timer = setTimeout(() => this.keepLooking(), POLL_MS);
    });
  }

  private async look(): Promise<void> {
    const began = performance.now();
    try {
      for (let found = await this.bucket.next(endpointsOf(), this.place); found !== undefined; ) {
        this.apply(found.name, found.bytes);
        this.place = found.place;
        found = await this.bucket.next(endpointsOf(), this.place);
      }
      this.readAt = began;
    } catch (thrown) {
      if (!this.stopped) this.logger.warn({ err: thrown }, 'the endpoints of webhooks cannot be read; tried again');
    }
  }

  private apply(name: string, bytes: Uint8Array): void {
    const [, tenant = '', endpoint = ''] = name.split('.');
    const ofTenant = this.names.get(tenant) ?? new Set();
    if (readEndpoint(bytes) === undefined) ofTenant.delete(endpoint);
    else ofTenant.add(endpoint);
    this.names.set(tenant, ofTenant);
  }
}
