import { CoalescedReads } from '#shared/aggregate/coalesced-reads.js';
import { type EventStore, saleSubject } from '#shared/event-store/event-store.js';

/** Number of existing sales in the cache; a sale never ceases to exist. */
const MAX_KNOWN_SALES = 100_000;

/** The existing sales, according to the log. */
export class KnownSales {
  private readonly known = new Set<string>();
  private readonly reads = new CoalescedReads<boolean>(async (subject, deliver) => {
    deliver((await this.store.head(subject)).version > 0);
  });

  constructor(private readonly store: EventStore) {}

  async has(tenant: string, sale: string): Promise<boolean> {
    const subject = saleSubject(tenant, sale);
    if (this.known.has(subject)) return true;
    const exists = await this.reads.read(subject, (state) => state);
    if (this.known.size >= MAX_KNOWN_SALES) this.known.clear();
    if (exists) this.known.add(subject);
    return exists;
  }
}
