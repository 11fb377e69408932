import type { NamedValues } from '#shared/event-store/named-values.js';
import { type Endpoint, endpointName, readEndpoint, secretName } from '#shared/platform/webhooks/endpoint.js';
import {
  bytesOf,
  DeadEvent,
  deadName,
  Feed,
  feedName,
  firstFeed,
  readValue,
  type Tested,
  testedName,
} from '#shared/platform/webhooks/feed.js';

/** An endpoint, and every secret that is valid now. */
export interface ReadyEndpoint extends Endpoint {
  readonly tenant: string;
  readonly signedBy: readonly string[];
}

export interface FeedBuckets {
  readonly endpoints: NamedValues;
  readonly secrets: NamedValues;
  readonly feeds: NamedValues;
}

/** What the buckets say of endpoints, and how far each sale was delivered. Every method throws `Fault('log-unreachable')`. */
export class FeedRecords {
  constructor(private readonly buckets: FeedBuckets) {}

  /** As the bucket has it now: what a tenant changed holds from the next event on. */
  async endpoint(tenant: string, id: string): Promise<ReadyEndpoint | undefined> {
    const found = await this.buckets.endpoints.get(endpointName(tenant, id));
    const endpoint = found && readEndpoint(found.bytes);
    if (endpoint === undefined) return undefined;
    const good = endpoint.secrets.filter(({ until }) => until === undefined || Date.now() < until);
    const read = good.map(async ({ number }) => this.buckets.secrets.get(secretName(tenant, id, endpoint.since, number)));
    const signedBy = (await Promise.all(read)).flatMap((secret) =>
      secret === undefined ? [] : [Buffer.from(secret.bytes).toString('utf8')],
    );
    return { ...endpoint, tenant, signedBy };
  }

  async feed({ tenant, endpoint, since }: ReadyEndpoint, sale: string): Promise<{ readonly feed: Feed; readonly revision: number }> {
    const found = await this.buckets.feeds.get(feedName(tenant, endpoint, sale));
    if (found === undefined) return { feed: firstFeed({ since }), revision: 0 };
    const feed = readValue(Feed, found.bytes);
    return { feed: feed.since === since ? feed : firstFeed({ since }), revision: found.revision };
  }

  /** What is known of a feed, whichever endpoint of that name it belongs to. */
  async found(tenant: string, endpoint: string, sale: string): Promise<Feed | undefined> {
    const found = await this.buckets.feeds.get(feedName(tenant, endpoint, sale));
    return found && readValue(Feed, found.bytes);
  }

  /** @returns false where another process wrote it meanwhile */
  async keep({ tenant, endpoint }: ReadyEndpoint, sale: string, feed: Feed, after: number): Promise<boolean> {
    return this.buckets.feeds.put(feedName(tenant, endpoint, sale), bytesOf(feed), after);
  }

  async dead({ tenant, endpoint, since }: ReadyEndpoint, event: string): Promise<DeadEvent | undefined> {
    const found = await this.buckets.feeds.get(deadName(tenant, endpoint, event));
    const dead = found && readValue(DeadEvent, found.bytes);
    return dead?.since === since && dead.ended === undefined ? dead : undefined;
  }

  async keepDead({ tenant, endpoint }: ReadyEndpoint, event: string, dead: DeadEvent): Promise<void> {
    await this.buckets.feeds.put(deadName(tenant, endpoint, event), bytesOf(dead));
  }

  async keepTested({ tenant, endpoint }: ReadyEndpoint, tested: Tested): Promise<void> {
    await this.buckets.feeds.put(testedName(tenant, endpoint), bytesOf(tested));
  }
}
