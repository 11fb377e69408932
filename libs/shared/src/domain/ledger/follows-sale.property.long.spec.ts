import fc from 'fast-check';
import {
  type BuyerId,
  type OrderId,
  orderId,
  type PaymentId,
  type SaleId,
  type TenantId,
  type TicketId,
  type UnitId,
  type Wallet,
} from '../../kernel/ids.js';
import type { Decision } from '../refusal.js';
import { closeSale } from '../sale/close-sale.js';
import type { SaleEvent } from '../sale/events.js';
import { noteMintFailure, releaseUnit } from '../sale/mint-result.js';
import { openSale } from '../sale/open-sale.js';
import { cancelOrder, refundOrder } from '../sale/orders/end-order.js';
import { expireHolds } from '../sale/orders/expire-holds.js';
import { placeOrder } from '../sale/orders/place-order.js';
import { requestMints } from '../sale/orders/request-mints.js';
import { confirmPayment, failPayment, refundPayment } from '../sale/payments/payment-notifications.js';
import { Sale } from '../sale/sale.js';
import { type Account, ticketsOf } from './account.js';
import { type LedgerEvent, postCommit } from './posting/post.js';
import { UnitOfWork } from './unit-of-work.js';

const tenant = 'demo' as TenantId;
const sale = 'gala' as SaleId;
const KEYS = ['k-1', 'k-2', 'k-3', 'k-4'];
const SEATS = ['A-1', 'A-2', 'A-3'];
const MINUTE_MS = 60_000;
const orderOf = (key: string): OrderId => orderId(tenant, sale, key);

type Deed = {
  readonly do: string;
  readonly key: string;
  readonly payment: string;
  readonly amount: string;
  readonly units: string[];
  readonly minutes: number;
  readonly nth: number;
};
const DEEDS = [
  ...['place', 'place', 'place', 'pay', 'pay', 'pay', 'refunded', 'refunded', 'fail', 'cancel', 'refund', 'refund', 'close'],
  ...['mint', 'mint', 'minted', 'minted', 'mint-failed', 'release', 'release', 'override', 'override', 'voided', 'voided', 'wait'],
  ...['end', 'end', 'end'],
];
const deed: fc.Arbitrary<Deed> = fc.record({
  do: fc.constantFrom(...DEEDS),
  key: fc.constantFrom(...KEYS),
  payment: fc.constantFrom('a', 'b'),
  amount: fc.constantFrom('5000', '5000', '5000', '10000', '1', '4999'),
  units: fc.subarray(SEATS, { minLength: 1, maxLength: 2 }),
  minutes: fc.constantFrom(0, 0, 1, 4, 11, 25 * 60),
  nth: fc.nat({ max: 5 }),
});

/** A sale run by its deciders, and the ledger of its events, event by event. */
class Both {
  readonly state = new Sale();
  readonly book = new UnitOfWork();
  readonly posted: LedgerEvent[] = [];
  private sequence = 0;
  private at = 0;

  constructor({ payment, mint, tickets }: Rules) {
    const units = { seats: SEATS as UnitId[] };
    const terms = { sale, name: 'Gala', units, price: { amount: '5000', currency: 'EUR' }, maxPerBuyer: 2, holdSeconds: 600 } as const;
    this.commit(openSale(this.state, { ...terms, payment, mint, tickets }));
  }

  does(deed: Deed): void {
    this.at += deed.minutes * MINUTE_MS;
    this.commit({ events: expireHolds(this.state, this.at) });
    this.commit(this.decide(deed));
  }

  balance(unit: string, account: Account): bigint {
    return this.book.balances.of(tenant, sale, unit, account);
  }

  private decide(deed: Deed): Decision<SaleEvent> {
    const { state, at } = this;
    const order = orderOf(deed.key);
    // a payment is for one order, in one currency
    const payment = `pay_${deed.key}_${deed.payment}` as PaymentId;
    const currency = payment === 'pay_k-4_b' ? 'USD' : 'EUR';
    const notification = { sale, order, payment, amount: deed.amount, currency };
    const place = { sale, buyer: `b-${deed.key}` as BuyerId, units: deed.units as UnitId[], wallet: 'W' as Wallet };
    const { ticket, request } = this.ticket(deed.nth);
    switch (deed.do) {
      case 'place':
        return state.open?.orders.has(order) ? { events: [] } : placeOrder(state, { tenant, order, command: place }, at);
      case 'pay':
        return confirmPayment(state, notification);
      case 'refunded':
        return refundPayment(state, notification, `n-${deed.nth}`);
      case 'fail':
        return failPayment(state, notification);
      case 'cancel':
        return cancelOrder(state, { sale, order });
      case 'refund':
        return refundOrder(state, { sale, order });
      case 'override': {
        const refunded = refundOrder(state, { sale, order, override: true });
        return 'events' in refunded ? refunded : cancelOrder(state, { sale, order, override: true });
      }
      case 'end': {
        const tickets = state.open?.orders.get(order)?.tickets.map((own) => own.ticket) ?? [];
        const part = {
          sale,
          order,
          tickets: tickets.slice(deed.nth % 2, (deed.nth % 2) + 1),
          ...(deed.nth > 3 && { override: true as const }),
        };
        const refunded = refundOrder(state, part);
        return 'events' in refunded ? refunded : cancelOrder(state, part);
      }
      case 'close':
        return deed.nth === 0 ? closeSale(state, { sale }) : { events: [] };
      case 'mint':
        return requestMints(state, { sale, tickets: [ticket], wallet: 'W' as Wallet });
      case 'minted':
      case 'mint-failed':
        return this.minterSays(deed.do === 'minted' ? 'MintCompleted' : 'MintFailed', ticket, request);
      case 'release':
        return releaseUnit(state, { ticket, request });
      case 'voided':
        return this.minterVoids(deed.nth);
      default:
        return { events: [] };
    }
  }

  /** The minter writes first, on its own subject; the sale records it later. */
  private minterSays(type: 'MintCompleted' | 'MintFailed', ticket: TicketId, request: number): Decision<SaleEvent> {
    const row = this.book.tickets.get(tenant, ticket);
    if (row === undefined || row.request === 0 || row.signature !== null || row.failure !== null) return { events: [] };
    const { order } = row;
    const data = { ticket, order, request, reason: 'no', asset: 'A', signature: 'S', slot: '1', holder: null, wallet: 'W' };
    this.post([{ type, data, at: this.at } as unknown as LedgerEvent]);
    return type === 'MintFailed' ? noteMintFailure(this.state, { ticket, request }) : { events: [] };
  }

  /** Only tickets revoked with an override, once they are minted: a mint in progress completes first. */
  private minterVoids(nth: number): Decision<SaleEvent> {
    const rows = this.tickets.flatMap(({ ticket, order, progress: { overridden } }) => {
      const row = this.book.tickets.get(tenant, ticket);
      return overridden && row?.status === 'revoking' && row.failure === null
        ? [{ ticket, order, unit: row.unit, request: row.request }]
        : [];
    });
    const row = rows[nth % Math.max(rows.length, 1)];
    if (row === undefined) return { events: [] };
    this.minterSays('MintCompleted', row.ticket, row.request);
    this.post([{ type: 'MintVoided', data: { ...row, asset: 'A' }, at: this.at } as unknown as LedgerEvent]);
    return releaseUnit(this.state, { ticket: row.ticket, request: 0, void: true });
  }

  private ticket(nth: number): { readonly ticket: TicketId; readonly request: number } {
    const all = this.tickets;
    const { ticket, progress } = all[nth % Math.max(all.length, 1)] ?? { ticket: 'tkt_none' as TicketId };
    return { ticket, request: progress?.request ?? 0 };
  }

  private get tickets() {
    const orders = [...(this.state.open?.orders.values() ?? [])];
    return orders.flatMap((order) =>
      order.tickets.map(({ ticket }) => ({ ticket, order: order.order, progress: order.progressOf(ticket) })),
    );
  }

  private commit(decision: Decision<SaleEvent>): void {
    if (!('events' in decision)) return;
    for (const event of decision.events) this.state.evolve(event, this.at);
    this.post(decision.events.map((event) => ({ ...event, at: this.at })));
  }

  private post(events: readonly LedgerEvent[]): void {
    postCommit(this.book, { tenant, sale, sequence: ++this.sequence, events });
    this.posted.push(...events);
  }
}

/** With random seeds the rarer events may never happen; this seed produces all of them. */
const SEED = 20_276;
const deeds = fc.array(deed, { minLength: 5, maxLength: 40, size: 'max' });
const rules = fc.record({
  payment: fc.constantFrom('none' as const, 'webhook' as const, 'webhook' as const),
  mint: fc.constantFrom('on-confirm' as const, 'on-request' as const),
  tickets: fc.constantFrom('transferable' as const, 'transferable' as const, 'revocable' as const),
});
type Rules = typeof rules extends fc.Arbitrary<infer T> ? T : never;
const sales = fc.tuple(rules, deeds);

describe('the ledger of a sale', () => {
  it('[L9] follows all events of its deciders, and agrees on units, orders and money at every commit', () => {
    const seen = new Map<string, number>();
    fc.assert(
      fc.property(sales, ([terms, list]) => {
        const both = new Both(terms);
        for (const one of list) {
          both.does(one);
          const { opened, available, held, sold } = both.state.counts();
          const tickets = (['opened', 'available', 'held', 'sold'] as const).map((account) => both.balance(ticketsOf(sale), account));
          expect(tickets.map(Number)).toEqual([opened, available, held, sold]);
          for (const order of both.state.open!.orders.values()) {
            expect(both.book.orders.get(tenant, order.order)?.status).toBe(order.status);
            for (const { ticket } of order.tickets)
              expect(both.book.tickets.get(tenant, ticket)?.status === 'void').toBe(order.progressOf(ticket).state === 'void');
          }
          expectMoneyToAgree(both);
        }
        for (const { type } of both.posted) seen.set(type, (seen.get(type) ?? 0) + 1);
      }),
      { numRuns: 300, seed: SEED },
    );
    expect([...seen.values()].length).toBeGreaterThanOrEqual(20); // every event of a sale, and three of a mint
  });
});

function expectMoneyToAgree(both: Both): void {
  for (const currency of ['EUR', 'USD']) {
    const of = (account: Account) => both.balance(currency, account);
    expect(of('provider') + of('settled-outside')).toBe(of('clearing') + of('revenue') + of('refunds-owed') + of('disputed'));
    const rows = both.state
      .open!.payments.all()
      .filter((payment) => payment.currency === currency)
      .flatMap((payment) => both.book.payments.of(tenant, { sale, ...payment }) ?? []);
    const sum = (which: 'clearingMinor' | 'owedMinor' | 'returnedMinor' | 'receivedMinor') =>
      rows.reduce((total, row) => total + row[which], 0n);
    expect([of('clearing'), of('refunds-owed'), of('provider')]).toEqual([
      sum('clearingMinor'),
      sum('owedMinor'),
      sum('receivedMinor') - sum('returnedMinor'),
    ]);
    for (const { order, matched, clearingMinor } of rows) {
      const status = both.book.orders.get(tenant, order)?.status;
      expect([order, matched && status !== 'held' && clearingMinor > 0n]).toEqual([order, false]); // the clearing balance of an ended order is zero
    }
  }
}
