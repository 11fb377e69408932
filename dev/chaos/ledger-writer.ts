import type { Recorded } from '#shared/domain/recorded.js';
import type { SaleEvent } from '#shared/domain/sale/events.js';
import { openSale } from '#shared/domain/sale/open-sale.js';
import { placeOrder } from '#shared/domain/sale/orders/place-order.js';
import { Sale } from '#shared/domain/sale/sale.js';
import { type Head, headOf, NO_HEAD } from '#shared/event-store/commit.js';
import { type EventStore, saleSubject } from '#shared/event-store/event-store.js';
import type { BuyerId, OrderId, SaleId, TenantId } from '#shared/kernel/ids.js';

const TENANTS = ['north', 'south', 'west'] as TenantId[];
const SALE = 'chaos' as SaleId;
const QUOTA = 100_000;
/** Movements of an order that is confirmed at once: held, sold, settled. */
const ENTRIES_PER_ORDER = 3n;
const AT = Date.UTC(2027, 0, 1);

interface Line {
  readonly tenant: TenantId;
  readonly state: Sale;
  head: Head;
}

/** Sells in three tenants, one order a commit, and computes the entries that the ledger must hold. */
export class LedgerWriter {
  last = 0;
  orders = 0n;
  private readonly lines: Line[] = TENANTS.map((tenant) => ({ tenant, state: new Sale(), head: NO_HEAD }));

  constructor(private readonly store: EventStore) {}

  get entries(): bigint {
    return BigInt(this.lines.length) + this.orders * ENTRIES_PER_ORDER;
  }

  async open(): Promise<void> {
    const terms = { sale: SALE, name: 'Chaos', units: { quota: QUOTA }, price: { amount: '5000', currency: 'EUR' } } as const;
    for (const line of this.lines) {
      const opened = openSale(line.state, { ...terms, maxPerBuyer: 4, holdSeconds: 600, payment: 'none', mint: 'on-request' });
      await this.append(line, opened);
    }
  }

  async sell(): Promise<void> {
    const line = this.lines[Number(this.orders % BigInt(this.lines.length))] as Line;
    const order = `ord_${line.tenant}-${this.orders}` as OrderId;
    const command = { sale: SALE, buyer: `b-${this.orders}` as BuyerId, quantity: 1 + Number(this.orders % 3n) };
    await this.append(line, placeOrder(line.state, { tenant: line.tenant, order, command }, AT + Number(this.orders)));
    this.orders += 1n;
  }

  private async append(line: Line, decision: { readonly events: readonly SaleEvent[] } | object): Promise<void> {
    if (!('events' in decision)) throw new Error(`refused: ${JSON.stringify(decision)}`);
    const at = AT + Number(this.orders);
    const events = decision.events.map((event): Recorded => ({ ...event, at }));
    for (const event of decision.events) line.state.evolve(event, at);
    const commit = await this.store.append(saleSubject(line.tenant, SALE), line.head, events);
    if (commit === undefined) throw new Error('another writer sells');
    line.head = headOf(commit);
    this.last = commit.sequence;
  }
}
