import { type EventStore, saleSubject } from '#shared/event-store/event-store.js';

/** Sales known to exist are remembered up to this many; a sale never ceases to exist. */
const MAX_KNOWN_SALES = 100_000;

/** Which sales exist, according to the log. Many who ask at once are told by one look. */
export class KnownSales {
  private readonly known = new Set<string>();
  private readonly looking = new Map<string, Promise<boolean>>();

  constructor(private readonly store: EventStore) {}

  async has(tenant: string, sale: string): Promise<boolean> {
    const subject = saleSubject(tenant, sale);
    if (this.known.has(subject)) return true;
    const look = this.looking.get(subject) ?? this.look(subject);
    this.looking.set(subject, look);
    return look;
  }

  private async look(subject: string): Promise<boolean> {
    try {
      const exists = (await this.store.head(subject)).version > 0;
      if (this.known.size >= MAX_KNOWN_SALES) this.known.clear();
      if (exists) this.known.add(subject);
      return exists;
    } finally {
      this.looking.delete(subject);
    }
  }
}
