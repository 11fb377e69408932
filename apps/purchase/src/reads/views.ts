import type { Leaf } from '#shared/domain/mint/events.js';
import type { TicketPlaced } from '#shared/domain/sale/events.js';
import type { Moment, Order } from '#shared/domain/sale/orders/order.js';
import { dueOf, type Payment } from '#shared/domain/sale/payments/payment.js';
import type { OpenedSale, Sale } from '#shared/domain/sale/sale.js';
import type { DiscountCode } from '#shared/domain/sale/terms.js';
import type { Stock } from '#shared/domain/sale/units/stock.js';
import type { OrderId, TicketId } from '#shared/kernel/ids.js';
import { rfc3339 } from '#shared/kernel/moment.js';
import { assetView } from './asset-view.js';
import { refundDueView } from './refunds-due.js';

/** The state of a ticket's mint, from the minter's log. */
export interface MintView {
  readonly status: 'minting' | 'minted' | 'mint-failed' | 'void';
  /** Sequence of the commit with its plan, which is read on demand. */
  readonly planned?: number;
  readonly asset?: string;
  readonly signature?: string;
  readonly slot?: string;
  readonly leaf?: Leaf;
  readonly submitted?: Moment;
  readonly minted?: Moment;
}

/** By ticket; `undefined` for a ticket without a mint. */
export interface MintViews {
  get(ticket: TicketId): MintView | undefined;
}

function mustBeOpen(sale: Sale): OpenedSale {
  if (sale.open === undefined) throw new Error('a sale that was never opened has no view');
  return sale.open;
}

/** The public view of a sale. */
export function saleView(sale: Sale, version: number): object {
  const open = mustBeOpen(sale);
  const { sale: id, name, maxPerBuyer, maxPerWallet, maxEndedHolds, holdSeconds, payment, mint, opensAt, closesAt } = open.terms;
  return {
    sale: id,
    name,
    ...offerView(open),
    ...(open.codes.size > 0 && { codes: [...open.codes.values()].map((code) => codeView(code, open)) }),
    maxPerBuyer,
    ...(maxPerWallet !== undefined && { maxPerWallet }),
    ...(maxEndedHolds !== undefined && { maxEndedHolds }),
    holdSeconds,
    payment,
    mint,
    ...assetView(open.terms),
    ...(opensAt !== undefined && { opensAt: rfc3339(opensAt) }),
    ...(closesAt !== undefined && { closesAt: rfc3339(closesAt) }),
    ...(open.closed && { closed: true }),
    ...(open.paused && { paused: true }),
    units: sale.counts(),
    version,
  };
}

/** One price, or categories, types and prices, with the held and sold units of each. */
function offerView({ terms, units, tally }: OpenedSale): object {
  const { currency, categories, types, prices } = terms;
  if (categories === undefined && types === undefined) return { price: { amount: prices[0]?.amount, currency } };
  return {
    currency,
    ...(categories && {
      categories: categories.map((one) => ({ ...one, units: countsOf(units.ofCategory(one.category), tally.soldIn(one.category)) })),
    }),
    ...(types && { types }),
    prices: prices.map((price) => ({ ...price, ...tally.of(price.category, price.type) })),
  };
}

function codeView({ from, until, ...code }: DiscountCode, { usage }: OpenedSale): object {
  const window = { ...(from !== undefined && { from: rfc3339(from) }), ...(until !== undefined && { until: rfc3339(until) }) };
  return { ...code, ...window, used: usage.usesOf(code.code) };
}

function countsOf(stock: Pick<Stock, 'opened' | 'available'> | undefined, sold: number): object {
  const { opened, available } = stock ?? { opened: 0, available: 0 };
  return { opened, available, held: opened - available - sold, sold };
}

/** The public view of an order. With `mints`: also each ticket's asset, and the order's recovery points. */
export function orderView(sale: Sale, id: OrderId, version: number, mints?: MintViews): object {
  const { orders, terms } = mustBeOpen(sale);
  const order = orders.get(id);
  if (order === undefined) throw new Error(`order ${id} was never placed`);
  const { buyer, status, total, wallet, expiresAt, payment, code } = order;
  return {
    order: id,
    sale: terms.sale,
    buyer,
    status,
    total,
    ...(wallet !== undefined && { wallet }),
    ...(expiresAt !== undefined && { expiresAt: rfc3339(expiresAt) }),
    ...(code !== undefined && { code }),
    ...(payment !== undefined && { payment }),
    tickets: order.tickets.map((placed) => ({ ...placedView(placed), ...ticketView(order, placed.ticket, mints?.get(placed.ticket)) })),
    ...(mints && { points: pointsOf(order, mints) }),
    version,
  };
}

/** One ticket of a sale, with its order's wallet and, once minted, its asset. */
export function ticketOf(sale: Sale, id: TicketId, version: number, mint: MintView | undefined): object | undefined {
  const { tickets, terms } = mustBeOpen(sale);
  const order = tickets.orderWith(id);
  const ticket = order?.tickets.find((own) => own.ticket === id);
  if (order === undefined || ticket === undefined) return undefined;
  const { wallet } = order;
  return {
    ...placedView(ticket),
    sale: terms.sale,
    order: order.order,
    ...ticketView(order, id, mint),
    ...(wallet && { wallet }),
    version,
  };
}

/** The ordered units and types: members that the sale does not have are absent. */
const placedView = ({ ticket, unit, label, category, type, price }: TicketPlaced): object => ({
  ticket,
  unit,
  ...(label !== undefined && { label }),
  ...(category !== undefined && { category }),
  ...(type !== undefined && { type }),
  price,
});

function ticketView(order: Order, ticket: TicketId, mint: MintView | undefined): object {
  const { state } = order.progressOf(ticket);
  if (order.hasGivenUp(ticket) && mint?.status !== 'void') return { status: state };
  if (mint !== undefined) {
    const { status, asset, signature, slot, leaf } = mint;
    return { status, ...(asset && { asset, signature, slot, ...(leaf && { leaf }) }) };
  }
  if (state === 'asked') return { status: 'minting' };
  if (state === 'failed') return { status: 'mint-failed' };
  return { status: order.status === 'confirmed' ? 'sold' : order.status };
}

/** Recovery points in their order; the slowest ticket of an order sets its time. */
function pointsOf(order: Order, mints: MintViews): object[] {
  const own = Object.entries(order.points).map(([point, moment]) => ({ point, at: rfc3339(moment.at), version: moment.version }));
  const chain = (['submitted', 'minted'] as const).flatMap((point) => {
    const moments = order.kept.map(({ ticket }) => mints.get(ticket)?.[point]);
    const known = moments.filter((moment) => moment !== undefined);
    if (known.length < moments.length) return [];
    const last = known.reduce((latest, moment) => (moment.at > latest.at ? moment : latest));
    return [{ point, at: rfc3339(last.at), version: last.version }];
  });
  return [...own, ...chain];
}

/** A payment's order, or that it is unknown yet; and the refund due. */
export function paymentView(sale: Sale, reported: Pick<Payment, 'payment' | 'order' | 'currency'>, version: number): object {
  const { payments, orders } = mustBeOpen(sale);
  const known = payments.find(reported);
  const { order } = reported;
  const seen = orders.has(order) ? orderView(sale, order, version) : { order, status: 'unknown', version };
  return { ...seen, ...(known && dueOf(known) > 0n && { refundDue: refundDueView(known) }) };
}

/** The public status of a ticket. */
export function mintsView(sale: Sale, tickets: readonly TicketId[], version: number): object {
  return { tickets: tickets.map((ticket) => ticketOf(sale, ticket, version, undefined)), version };
}
