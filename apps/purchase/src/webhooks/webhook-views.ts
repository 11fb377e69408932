import type { NamedValues } from '#shared/event-store/named-values.js';
import type { LookupNames } from '#shared/platform/lookups/lookup-names.js';
import type { Endpoint } from '#shared/platform/webhooks/endpoint.js';
import { Feed, feedsOf, readValue, Tested, testedName } from '#shared/platform/webhooks/feed.js';

const time = (ms: number): string => new Date(ms).toISOString();

/** The public view of an endpoint. */
export function endpointView({ endpoint, url, types, createdAt, changedAt, secrets }: Endpoint): object {
  const good = secrets.filter(({ until }) => until === undefined || Date.now() < until);
  return {
    endpoint,
    url,
    ...(types !== undefined && { types }),
    createdAt,
    changedAt,
    secrets: good.map(({ until }) => (until === undefined ? {} : { validUntil: time(until) })),
  };
}

const saleView = (sale: string, { delivered, tries, failingSince, nextAt, last }: Feed): object => ({
  sale,
  delivered,
  failures: tries,
  ...(failingSince !== undefined && { failingSince: time(failingSince) }),
  ...(nextAt !== undefined && { nextAttemptAt: time(nextAt) }),
  ...(last !== undefined && { last }),
});

/** Reads for each entry of a page, at most: feeds of before do not count, and those that change are read again. */
const MOST_READS = 20;

interface Of {
  readonly tenant: string;
  readonly endpoint: string;
  readonly since: number;
}

/** A page of an endpoint's sales, and the position of the last one if there may be more. */
export async function deliveriesOf(
  { feeds, feedNames }: { readonly feeds: NamedValues; readonly feedNames: Pick<LookupNames, 'next'> },
  { tenant, endpoint, since }: Of,
  after: number,
  limit: number,
): Promise<{ readonly view: object; readonly last?: number }> {
  const prefix = feedsOf(tenant, endpoint);
  const sales = new Map<string, object>(); // a sale that is tried meanwhile is found again
  let last: number | undefined = after;
  for (let reads = 0; sales.size < limit && reads < MOST_READS * limit && last !== undefined; reads++) {
    const found = await feedNames.next(prefix, last);
    last = found?.place;
    if (found === undefined) break;
    const feed = readValue(Feed, found.bytes);
    if (feed.since === since) sales.set(found.name, saleView(found.name.slice(prefix.length), feed));
  }
  const kept = await feeds.get(testedName(tenant, endpoint));
  const tested = kept && readValue(Tested, kept.bytes);
  return {
    view: { ...(tested?.since === since && { tested: tested.last }), sales: [...sales.values()] },
    ...(last !== undefined && { last }),
  };
}
