import { MemoryValues } from '#shared/event-store/memory-values.js';
import { type Feed, feedName, feedsOf } from '#shared/platform/webhooks/feed.js';
import { deliveriesOf } from './webhook-views.js';

const SINCE = 7;
const OF = { tenant: 'demo', endpoint: 'hook', since: SINCE };
const feed = (tries: number, since = SINCE): Feed => ({ since, sequence: 1, index: 0, alive: true, tries, delivered: 0 });

/** Feeds in the order of their last change. After each read the sale that was read is tried again, `changes` times in all. */
class ChangingFeeds {
  private end = 0;
  private readonly places = new Map<string, { readonly place: number; readonly feed: Feed }>();

  constructor(private changes: number) {}

  put(sale: string, value: Feed): void {
    this.end += 1;
    this.places.set(sale, { place: this.end, feed: value });
  }

  async next(prefix: string, after: number) {
    expect(prefix).toBe(feedsOf(OF.tenant, OF.endpoint));
    const later = [...this.places].filter(([, { place }]) => place > after).sort(([, left], [, right]) => left.place - right.place);
    const [found] = later;
    if (found === undefined) return undefined;
    const [sale, { place, feed: value }] = found;
    if (this.changes > 0) this.put(sale, { ...value, tries: value.tries + 1 });
    this.changes -= 1;
    return { name: feedName(OF.tenant, OF.endpoint, sale), place, bytes: Buffer.from(JSON.stringify(value)) };
  }
}

const listed = (feeds: ChangingFeeds, limit: number) => deliveriesOf({ feeds: new MemoryValues(), feedNames: feeds }, OF, 0, limit);

it('lists each sale once, as it is found last, while sales are tried', async () => {
  const feeds = new ChangingFeeds(4);
  for (const sale of ['a', 'b']) feeds.put(sale, feed(1));
  const { view, last } = await listed(feeds, 10);
  expect(view).toEqual({
    sales: [
      { sale: 'a', delivered: 0, failures: 3 },
      { sale: 'b', delivered: 0, failures: 3 },
    ],
  });
  expect(last).toBeUndefined();
});

it('ends a page whose sales are tried faster than they are read, with the position of the next page', async () => {
  const feeds = new ChangingFeeds(Number.POSITIVE_INFINITY);
  for (const sale of ['a', 'b']) feeds.put(sale, feed(1));
  const { view, last } = await listed(feeds, 3);
  expect(view).toMatchObject({ sales: [{ sale: 'a' }, { sale: 'b' }] });
  expect(last).toBeGreaterThan(0);
});

it('skips the feeds of an endpoint of the same name that was removed', async () => {
  const feeds = new ChangingFeeds(0);
  feeds.put('before', feed(1, SINCE - 1));
  feeds.put('after', feed(2));
  expect((await listed(feeds, 10)).view).toMatchObject({ sales: [{ sale: 'after', failures: 2 }] });
});
