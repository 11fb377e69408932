import type { AreaId, BuyerId, CodeId, OrderId, PaymentId, TicketId, UnitId, Wallet } from '../../kernel/ids.js';
import type { Money, TicketPlaced } from './events.js';
import { type OpenedSale, opened } from './opened-sale.js';
import { type Moment, Order, type OrderEnd, type OrderStatus, type TicketProgress } from './orders/order.js';
import { type PaymentRow, paymentOf, paymentRow } from './payments/payment-row.js';
import type { SetAside } from './payments/payments.js';
import { Sale } from './sale.js';
import { adopt } from './taking.js';
import type { SaleTerms } from './terms.js';
import { TicketKinds } from './ticket-kinds.js';
import type { Withdrawn } from './units/units.js';

/** When a point was reached: `0` never, `1` with the order's placing, else milliseconds since 1970, UTC, and the sale's version. */
type Reached = 0 | 1 | readonly [at: number, version: number];

/** Nine cells a ticket: ticket, unit, price, category and type by number, whether its order has the unit, mint, `MARKS`. */
type TicketCell = TicketId | UnitId | string | 0 | 1 | number | TicketProgress['state'];

/** One order, followed by the cells of its tickets: nested lists would take half as long again to read. */
export type OrderRow = readonly [
  order: OrderId,
  buyer: BuyerId,
  wallet: Wallet | 0,
  amount: string,
  currency: string,
  expiresAt: number,
  status: OrderStatus,
  payment: PaymentId | 0,
  placedAt: number,
  placedIn: number,
  paid: Reached,
  mintAsked: Reached,
  ended: OrderEnd | 0,
  wasRevoked: 0 | 1,
  code: CodeId | 0,
  ...tickets: readonly TicketCell[],
];

/** A part of the state of a sale at one version, in reading order. All other state is derived from these. */
export type SalePart =
  | {
      readonly kind: 'sale';
      readonly clock: number;
      readonly terms: SaleTerms;
      readonly closed: boolean;
      readonly paused: boolean;
      readonly withdrawn: WithdrawnRows;
    }
  /** Wallets of mints, if they differ from their order's. */
  | { readonly kind: 'wallets'; readonly rows: readonly (readonly [TicketId, Wallet])[] }
  | { readonly kind: 'orders'; readonly rows: readonly OrderRow[] }
  | { readonly kind: 'payments'; readonly rows: readonly PaymentRow[] }
  /** Payments without an order, oldest first. */
  | { readonly kind: 'unmatched'; readonly rows: readonly PaymentId[] }
  | { readonly kind: 'failed'; readonly rows: readonly (readonly [PaymentId, OrderId])[] }
  | { readonly kind: 'set-aside'; readonly rows: readonly SetAside[] }
  /** Earliest end first. */
  | { readonly kind: 'holds'; readonly rows: readonly OrderId[] };

const BEFORE_TICKETS = 15;
const CELLS = 9;
/** Bits of the last cell of a ticket. */
const MARKS = { overridden: 1, ended: 2 } as const;
const NEVER = 0;
const AT_ONCE = 1;

/** The state of an open sale. Later changes of the sale do not change it. */
export function snapshotOf({ clock }: Sale, sale: OpenedSale): SalePart[] {
  const { terms, closed, payments, holds } = sale;
  const kinds = new TicketKinds(sale);
  const orders = [...sale.orders.values()].map((order) => rowOf(order, sale, kinds));
  return [
    { kind: 'sale', clock, terms, closed, paused: sale.paused, withdrawn: withdrawnRows(sale.units.withdrawn) },
    { kind: 'wallets', rows: [...sale.orders.values()].flatMap(walletRows) },
    { kind: 'orders', rows: orders },
    { kind: 'payments', rows: payments.all().map(paymentRow) },
    { kind: 'unmatched', rows: payments.withoutOrder() },
    { kind: 'failed', rows: payments.failures() },
    { kind: 'set-aside', rows: payments.setAside() },
    { kind: 'holds', rows: holds.orders() },
  ];
}

/** Builds a sale from its parts, in order; each part may be split into pieces. */
export class SaleRestorer {
  private readonly wallets = new Map<TicketId, Wallet>();
  private sale: { readonly clock: number; readonly opened: OpenedSale; readonly kinds: TicketKinds } | undefined;
  /** Values of the previous order and ticket: most are equal, and are shared. */
  private total: Money = { amount: '', currency: '' };
  private progress: TicketProgress = { request: 0, state: 'unasked' };

  /** @throws if the parts contradict each other */
  add(part: SalePart): void {
    if (part.kind === 'sale') {
      const sale = { ...opened(part.terms, withdrawnIn(part.withdrawn)), closed: part.closed, paused: part.paused };
      this.sale = { clock: part.clock, opened: sale, kinds: new TicketKinds(sale) };
    } else this.addRows(this.mustHaveBegun().opened, part);
  }

  end(): Sale {
    const { clock, opened: sale } = this.mustHaveBegun();
    return Sale.restored(sale, clock);
  }

  private mustHaveBegun() {
    if (this.sale === undefined) throw new Error('a snapshot begins with the terms of its sale');
    return this.sale;
  }

  private addRows(sale: OpenedSale, part: Exclude<SalePart, { kind: 'sale' }>): void {
    switch (part.kind) {
      case 'wallets':
        for (const [ticket, wallet] of part.rows) this.wallets.set(ticket, wallet);
        break;
      case 'orders':
        for (const row of part.rows) this.addOrder(sale, row);
        break;
      case 'payments':
        for (const row of part.rows) sale.payments.restore(paymentOf(row));
        break;
      case 'unmatched':
        for (const payment of part.rows) sale.payments.awaitOrder(payment);
        break;
      case 'failed':
        for (const [payment, order] of part.rows) sale.payments.restoreFailure(payment, order);
        break;
      case 'set-aside':
        for (const report of part.rows) sale.payments.restoreSetAside(report);
        break;
      case 'holds':
        for (const order of part.rows) beginHold(sale, order);
        break;
    }
  }

  private addOrder(sale: OpenedSale, row: OrderRow): void {
    const id = row[0];
    if (sale.orders.has(id)) throw new Error(`order ${id} is listed twice`);
    const { tickets, taken, progress } = this.ticketsIn(row);
    const placed = { at: row[8], version: row[9] };
    const order = new Order(id, row[1], row[2] || undefined, tickets, {
      total: this.totalOf(row[3], row[4]),
      expiresAt: row[5] || undefined,
      placed,
      progress,
      ended: row[12] || undefined,
      wasRevoked: row[13] === 1,
      code: row[14] || undefined,
    });
    order.status = row[6];
    order.payment = row[7] || undefined;
    reach(order, 'paid', row[10], placed);
    reach(order, 'mint-asked', row[11], placed);
    adopt(sale, order, taken);
    sale.orders.set(id, order);
    sale.tickets.add(order);
  }

  private ticketsIn(row: OrderRow) {
    const tickets: TicketPlaced[] = [];
    const taken: TicketPlaced[] = [];
    const progress: TicketProgress[] = [];
    const { kinds } = this.mustHaveBegun();
    for (let cell = BEFORE_TICKETS; cell < row.length; cell += CELLS) {
      const placed = { ticket: row[cell] as TicketId, unit: row[cell + 1] as UnitId, price: row[cell + 2] as string };
      const ticket = kinds.restored(placed, row[cell + 3] as number, row[cell + 4] as number);
      tickets.push(ticket);
      if (row[cell + 5] === 1) taken.push(ticket);
      const shared = this.progressOf(row[cell + 6] as number, row[cell + 7] as TicketProgress['state'], row[cell + 8] as number);
      const wallet = this.wallets.size === 0 ? undefined : this.wallets.get(ticket.ticket);
      progress.push(wallet === undefined ? shared : { ...shared, wallet });
    }
    return { tickets, taken, progress };
  }

  private totalOf(amount: string, currency: string): Money {
    if (this.total.amount !== amount || this.total.currency !== currency) this.total = { amount, currency };
    return this.total;
  }

  private progressOf(request: number, state: TicketProgress['state'], marks: number): TicketProgress {
    const { progress } = this;
    if (progress.request !== request || progress.state !== state || marksOf(progress) !== marks) {
      const overridden = (marks & MARKS.overridden) !== 0;
      const ended = (marks & MARKS.ended) !== 0;
      this.progress = { request, state, ...(overridden && { overridden }), ...(ended && { ended }) };
    }
    return this.progress;
  }
}

const marksOf = ({ overridden, ended }: TicketProgress): number => (overridden ? MARKS.overridden : 0) | (ended ? MARKS.ended : 0);

function reach(order: Order, point: 'paid' | 'mint-asked', reached: Reached, placed: Moment): void {
  if (reached === NEVER) return;
  order.reach(point, reached === AT_ONCE ? placed : { at: reached[0], version: reached[1] });
}

function beginHold({ orders, holds }: OpenedSale, id: OrderId): void {
  const order = orders.get(id);
  if (order?.expiresAt === undefined) throw new Error(`order ${id} has no hold that could end`);
  holds.begin(id, order.expiresAt, order.heldFor);
}

/** For each area with withdrawn places: its name, and the first and last place of each run. */
type WithdrawnRows = readonly (readonly [area: string, ...runs: readonly number[]])[];

function withdrawnRows(withdrawn: Withdrawn): WithdrawnRows {
  return [...withdrawn].map(([area, places]) => {
    const runs: number[] = [];
    for (const place of places) {
      if (runs.length > 0 && runs.at(-1) === place - 1) runs[runs.length - 1] = place;
      else runs.push(place, place);
    }
    return [area, ...runs] as const;
  });
}

function withdrawnIn(rows: WithdrawnRows): Withdrawn {
  return new Map(
    rows.map(([area, ...runs]) => {
      const places: number[] = [];
      for (let run = 0; run < runs.length; run += 2)
        for (let place = runs[run] ?? 0; place <= (runs[run + 1] ?? 0); place++) places.push(place);
      return [area as AreaId | '', places];
    }),
  );
}

const walletRows = (order: Order): (readonly [TicketId, Wallet])[] =>
  order.tickets.flatMap(({ ticket }) => {
    const { wallet } = order.progressOf(ticket);
    return wallet === undefined ? [] : [[ticket, wallet]];
  });

function rowOf(order: Order, { units }: OpenedSale, kinds: TicketKinds): OrderRow {
  const { order: id, buyer, wallet, total, expiresAt, status, payment, ended, wasRevoked } = order;
  const placed = order.reached('held');
  const cells: TicketCell[] = [];
  for (const own of order.tickets) {
    const { ticket, unit, price } = own;
    const progress = order.progressOf(ticket);
    const isTaken = units.orderOf(unit) === id ? 1 : 0;
    const kind = [kinds.categoryOf(own), kinds.typeOf(own)] as const;
    cells.push(ticket, unit, price, ...kind, isTaken, progress.request, progress.state, marksOf(progress));
  }
  return [
    id,
    buyer,
    wallet ?? 0,
    total.amount,
    total.currency,
    expiresAt ?? 0,
    status,
    payment ?? 0,
    placed?.at ?? 0,
    placed?.version ?? 0,
    reachedBy(order.reached('paid'), placed),
    reachedBy(order.reached('mint-asked'), placed),
    ended ?? 0,
    wasRevoked ? 1 : 0,
    order.code ?? 0,
    ...cells,
  ];
}

function reachedBy(moment: Moment | undefined, placed: Moment | undefined): Reached {
  if (moment === undefined) return NEVER;
  return moment.at === placed?.at && moment.version === placed.version ? AT_ONCE : [moment.at, moment.version];
}
