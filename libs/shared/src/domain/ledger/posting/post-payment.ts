import { Fault } from '../../../kernel/fault.js';
import type {
  DisputeLost,
  DisputeOpened,
  DisputeWon,
  OrderPaymentChanged,
  PaymentEvent,
  PaymentReceived,
  RefundFailed,
  RefundPaid,
} from '../../sale/events.js';
import type { Account } from '../account.js';
import type { Entry, EntrySource } from '../entry.js';
import type { PaymentRow } from '../read-model.js';
import type { UnitOfWork } from '../unit-of-work.js';
import { keptAt, orderOrRefuse } from './lookup.js';
import { moveOrder } from './move-order.js';

/** The accounts that may hold the money of a payment. */
type Pot = 'clearing' | 'revenue' | 'owed' | 'disputed' | 'returned';
type Pots = Readonly<Record<Pot, bigint>>;

/**
 * Posts received, disputed and returned money. Every event updates the data of its payment, and that data alone determines where its
 * money belongs; the difference is posted. So no report, in any order, can move more money than there is.
 */
export function postPaymentEvent(event: PaymentEvent, book: UnitOfWork, place: EntrySource): Entry[] {
  if (event.type === 'PaymentFailed' || event.type === 'PaymentReportSetAside') return [];
  const row = paymentOf(book, place, event.data);
  if (event.type === 'RefundOwed' && event.data.reason === 'requested') moveOrder(book, place, event.data.order, 'RefundOwed');
  return settle(withReport(row, event), book, place);
}

/** The data of a payment after one of its events. */
function withReport(row: PaymentRow, event: Exclude<PaymentEvent, { type: 'PaymentFailed' | 'PaymentReportSetAside' }>): PaymentRow {
  switch (event.type) {
    case 'PaymentReceived':
      return withReceipt(row, event.data);
    case 'RefundOwed':
      return { ...row, toReturnMinor: BigInt(event.data.amount), reason: event.data.reason };
    case 'RefundPaid':
      return withRefund(row, event.data);
    case 'RefundFailed':
      return withFailedRefund(row, event.data);
    default:
      return withDispute(row, event);
  }
}

/** A payment is received once. A second report, after its order was placed, adds no money. */
function withReceipt(row: PaymentRow, { amount, matched }: PaymentReceived['data']): PaymentRow {
  const known = { ...row, matched: row.matched || matched };
  if (row.receivedMinor > 0n) return known;
  return { ...known, receivedMinor: BigInt(amount), clearingMinor: BigInt(amount) };
}

const withRefund = (row: PaymentRow, { amount, refundedTotal }: RefundPaid['data']): PaymentRow => ({
  ...row,
  refundsMinor: row.refundsMinor + BigInt(amount ?? 0),
  refundedMinor: most(row.refundedMinor, BigInt(refundedTotal ?? 0)),
});

const withFailedRefund = (row: PaymentRow, { amount, refunded }: RefundFailed['data']): PaymentRow => ({
  ...row,
  refundsMinor: row.refundsMinor - BigInt(refunded ?? 0),
  refundsFailedMinor: row.refundsFailedMinor + BigInt(amount),
});

function withDispute(row: PaymentRow, event: DisputeOpened | DisputeWon | DisputeLost): PaymentRow {
  const { disputesOpenMinor, disputesLostMinor } = row;
  if (event.type === 'DisputeOpened') return { ...row, disputesOpenMinor: disputesOpenMinor + BigInt(event.data.amount) };
  const open = disputesOpenMinor - BigInt(event.data.opened ?? 0);
  const lost = event.type === 'DisputeLost' ? BigInt(event.data.amount) : 0n;
  return { ...row, disputesOpenMinor: open, disputesLostMinor: disputesLostMinor + lost };
}

/** Posts received money, and the moves from where the money is to where it belongs. */
function settle(row: PaymentRow, book: UnitOfWork, place: EntrySource): Entry[] {
  const known = book.payments.of(row.tenant, row);
  const arrived = row.receivedMinor - (known?.receivedMinor ?? 0n);
  const entries: Entry[] = arrived > 0n ? [{ ...about(row), debit: 'provider', credit: accountOf('clearing', row), amount: arrived }] : [];
  const wanted = potsOf(row, pays(book, row));
  entries.push(...movesOf(row, wanted));
  const { clearing, revenue, owed, disputed, returned } = wanted;
  book.payments.change({
    ...row,
    ...{ clearingMinor: clearing, revenueMinor: revenue, owedMinor: owed, disputedMinor: disputed, returnedMinor: returned },
    ...keptAt(place),
  });
  return entries;
}

/** Where the money of a payment belongs (DESIGN): returned, disputed (of the rest), refund due, and what remains. */
function potsOf(row: PaymentRow, paysForOrder: boolean): Pots {
  const { receivedMinor, toReturnMinor } = row;
  const returned = least(most(row.refundsMinor, row.refundedMinor - row.refundsFailedMinor) + row.disputesLostMinor, receivedMinor);
  const disputed = least(row.disputesOpenMinor, receivedMinor - returned);
  const owed = most(0n, least(toReturnMinor ?? 0n, receivedMinor) - returned - disputed);
  const rest = receivedMinor - returned - disputed - owed;
  return { returned, disputed, owed, revenue: paysForOrder ? rest : 0n, clearing: paysForOrder ? 0n : rest };
}

/** Moves from accounts with too much to accounts with too little, in a fixed order. */
function movesOf(row: PaymentRow, wanted: Pots): Entry[] {
  const pots = ['owed', 'disputed', 'revenue', 'clearing', 'returned'] as const;
  const surplus = new Map(pots.map((pot) => [pot, row[`${pot}Minor`] - wanted[pot]]));
  const entries: Entry[] = [];
  for (const to of [...pots].reverse())
    for (const from of pots) {
      const amount = least(surplus.get(from) ?? 0n, -(surplus.get(to) ?? 0n));
      if (amount <= 0n) continue;
      surplus.set(from, (surplus.get(from) ?? 0n) - amount);
      surplus.set(to, (surplus.get(to) ?? 0n) + amount);
      entries.push({ ...about(row), debit: accountOf(from, row), credit: accountOf(to, row), amount });
    }
  return entries;
}

/** The payment pays for its order: its remaining money is earned. */
export function earn(
  book: UnitOfWork,
  place: EntrySource,
  paid: { readonly payment: string; readonly order: string; readonly totalMinor: bigint; readonly currency: string },
): Entry[] {
  const row = paymentOf(book, place, paid);
  if (row.receivedMinor !== paid.totalMinor)
    throw refused('a payment of another amount pays for no order', row, { total: paid.totalMinor });
  return settle({ ...row, toReturnMinor: null }, book, place);
}

/** Another payment pays for the order. A separate event states the refund due of the previous one. */
export function postPaymentChange({ order, payment }: OrderPaymentChanged['data'], book: UnitOfWork, place: EntrySource): Entry[] {
  const row = orderOrRefuse(book, place, order);
  book.orders.change({ ...row, payment, ...keptAt(place) });
  return earn(book, place, { ...row, payment });
}

/** L9: an ended order has no money in clearing. Money without a known order may wait there. */
export function assertCleared(book: UnitOfWork, tenant: string, sale: string, order: string): void {
  const known = book.orders.get(tenant, order);
  if (known === undefined || known.status === 'held') return;
  const left = book.payments.ofOrder(tenant, sale, order).find(({ matched, clearingMinor }) => matched && clearingMinor > 0n);
  if (left !== undefined) throw refused('the clearing of an ended order is zero', left, { status: known.status });
}

/** True if the payment pays for its order, or did before its rest became due for refund. */
function pays(book: UnitOfWork, { tenant, sale, payment, order, currency, receivedMinor }: PaymentRow): boolean {
  const known = book.orders.get(tenant, order);
  return (
    known !== undefined &&
    known.sale === sale &&
    known.payment === payment &&
    known.currency === currency &&
    known.totalMinor === receivedMinor
  );
}

type Reported = Pick<PaymentRow, 'payment' | 'order' | 'currency'>;

/** The row of the payment for this order and currency; each row is settled separately. */
function paymentOf(book: UnitOfWork, { tenant, sale, sequence, at }: EntrySource, { payment, order, currency }: Reported): PaymentRow {
  const known = book.payments.of(tenant, { sale, payment, order, currency });
  if (known !== undefined) return known;
  const row: PaymentRow = {
    ...{ tenant, sale, payment, order, currency, sequence, updatedAt: at, matched: false, reason: null, toReturnMinor: null },
    ...{ receivedMinor: 0n, refundedMinor: 0n, refundsMinor: 0n, refundsFailedMinor: 0n, disputesLostMinor: 0n, disputesOpenMinor: 0n },
    ...{ clearingMinor: 0n, revenueMinor: 0n, owedMinor: 0n, disputedMinor: 0n, returnedMinor: 0n },
  };
  book.payments.create(row);
  return row;
}

const least = (left: bigint, right: bigint): bigint => (left < right ? left : right);
const most = (left: bigint, right: bigint): bigint => (left > right ? left : right);

function accountOf(pot: Pot, { order }: PaymentRow): Account {
  if (pot === 'clearing') return `clearing/${order}`;
  if (pot === 'returned') return 'provider';
  return pot === 'owed' ? 'refunds-owed' : pot;
}

const about = ({ currency, order }: PaymentRow): Pick<Entry, 'unit' | 'order' | 'ticket'> => ({ unit: currency, order, ticket: null });

const refused = (reason: string, { payment, order, currency }: Reported, more = {}): Fault =>
  new Fault('projection-refused', { reason, payment, order, of: currency, ...more });
