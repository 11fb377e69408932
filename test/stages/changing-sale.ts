import { postCommit } from '#shared/domain/ledger/posting/post.js';
import { UnitOfWork } from '#shared/domain/ledger/unit-of-work.js';
import type { Decision } from '#shared/domain/refusal.js';
import { changeSale } from '#shared/domain/sale/change/change-sale.js';
import { ChangeSale, OpenSale, PlaceOrder } from '#shared/domain/sale/commands.js';
import type { SaleEvent } from '#shared/domain/sale/events.js';
import { openSale } from '#shared/domain/sale/open-sale.js';
import { cancelOrder } from '#shared/domain/sale/orders/end-order.js';
import { expireHolds } from '#shared/domain/sale/orders/expire-holds.js';
import { placeOrder } from '#shared/domain/sale/orders/place-order.js';
import { confirmPayment } from '#shared/domain/sale/payments/payment-notifications.js';
import { Sale } from '#shared/domain/sale/sale.js';
import { SaleRestorer, snapshotOf } from '#shared/domain/sale/sale-snapshot.js';
import { type OrderId, orderId, type PaymentId, type SaleId, type TenantId } from '#shared/kernel/ids.js';
import { UnitList } from '../../apps/purchase/src/reads/unit-lists.js';

const tenant = 'demo' as TenantId;
const sale = 'gala' as SaleId;
const MINUTE_MS = 60_000;
export const orderOf = (key: string): OrderId => orderId(tenant, sale, key);

/** A sale as its deciders run it, its ledger, and what its snapshot restores after every step. */
export class ChangingSale {
  readonly state = new Sale();
  readonly book = new UnitOfWork();
  private minute = 0;
  private sequence = 0;

  constructor(terms: object) {
    this.does((state) => openSale(state, OpenSale.parse({ sale, name: 'Gala', payment: 'webhook', mint: 'on-request', ...terms })));
  }

  after(minutes: number): this {
    this.minute += minutes;
    return this;
  }

  /** The code of its refusal, or its events. */
  hears(decide: (state: Sale, at: number) => Decision<SaleEvent>): Decision<SaleEvent> {
    const at = this.minute * MINUTE_MS;
    this.commit(expireHolds(this.state, at), at);
    const decision = decide(this.state, at);
    this.commit('events' in decision ? decision.events : [], at);
    return decision;
  }

  private does(decide: (state: Sale, at: number) => Decision<SaleEvent>): void {
    expect(this.hears(decide)).toHaveProperty('events');
  }

  changes(change: object): Decision<SaleEvent> {
    return this.hears((state, at) => changeSale(state, ChangeSale.parse({ sale, ...change }), at));
  }

  places(key: string, body: object): Decision<SaleEvent> {
    const command = PlaceOrder.parse({ sale, buyer: `b-${key}`, ...body });
    return this.hears((state, at) => placeOrder(state, { tenant, order: orderOf(key), command }, at));
  }

  pays(key: string, amount: number): void {
    const order = orderOf(key);
    this.does((state) => confirmPayment(state, { sale, order, payment: `pay_${key}` as PaymentId, amount: `${amount}`, currency: 'EUR' }));
  }

  cancels(key: string): Decision<SaleEvent> {
    return this.hears((state) => cancelOrder(state, { sale, order: orderOf(key) }));
  }

  get open() {
    if (this.state.open === undefined) throw new Error('the sale is open');
    return this.state.open;
  }

  /** Names of all units, as in answers to callers. */
  get listed(): string[] {
    const { units } = JSON.parse(UnitList.of(this.state, 1).whole) as { readonly units: readonly { readonly unit: string }[] };
    return units.map(({ unit }) => unit);
  }

  unitsOf(key: string): string[] {
    return this.open.orders.get(orderOf(key))?.tickets.map(({ unit }) => unit) ?? [];
  }

  private commit(events: readonly SaleEvent[], at: number): void {
    const recorded = events.map((event) => ({ ...event, at }));
    for (const event of recorded) this.state.evolve(event, at);
    if (recorded.length === 0) return;
    postCommit(this.book, { tenant, sale, sequence: ++this.sequence, events: recorded });
    this.expectSameEverywhere();
  }

  /** Ledger, snapshot and aggregate agree. */
  private expectSameEverywhere(): void {
    const counts = this.state.counts();
    const { opened, available, held, sold } = counts;
    expect(available + held + sold).toBe(opened);
    const balances = (['opened', 'available', 'held', 'sold'] as const).map((name) =>
      this.book.balances.of(tenant, sale, `tickets:${sale}`, name),
    );
    expect(balances.map(Number)).toEqual([opened, available, held, sold]);
    expect(Number(this.book.sales.get(tenant, sale)?.units)).toBe(opened);
    expect(this.listed).toHaveLength(opened);
    const parts = JSON.parse(JSON.stringify(snapshotOf(this.state, this.open))) as ReturnType<typeof snapshotOf>;
    const restorer = new SaleRestorer();
    for (const part of parts) restorer.add(part);
    const again = restorer.end();
    expect(again.counts()).toEqual(counts);
    expect(snapshotOf(again, again.open as NonNullable<Sale['open']>)).toEqual(parts);
    expect([...(again.open?.orders.values() ?? [])].map(({ tickets }) => tickets)).toEqual(
      [...this.open.orders.values()].map(({ tickets }) => tickets),
    );
  }
}

export const codeOf = (decision: Decision<SaleEvent>): string | undefined => ('refusal' in decision ? decision.refusal.code : undefined);
