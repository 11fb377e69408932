import { Fault } from '../../kernel/fault.js';
import type { PaymentFailed, PaymentReceived, RefundOwed, RefundPaid } from '../sale/events.js';
import type { Account } from './account.js';
import type { Book } from './book.js';
import type { Entry, Place } from './entry.js';
import { keptAt } from './known.js';
import { moveOrder } from './move-order.js';
import type { PaymentRow } from './read-model.js';

type Data<Event extends { readonly data: unknown }> = Event['data'];
/** Where the money of a payment may be while we have it. */
type Pot = 'clearing' | 'revenue' | 'owed';

/** Money that came in and goes back. The provider may tell of both in any order and more than once: only what is new is posted. */
export function postPaymentEvent(event: PaymentReceived | PaymentFailed | RefundOwed | RefundPaid, book: Book, place: Place): Entry[] {
  switch (event.type) {
    case 'PaymentReceived':
      return receive(event.data, book, place);
    case 'PaymentFailed':
      return [];
    case 'RefundOwed':
      return owe(event.data, book, place);
    case 'RefundPaid':
      return giveBack(event.data, book, place);
  }
}

function receive({ payment, order, amount, currency, matched }: Data<PaymentReceived>, book: Book, place: Place): Entry[] {
  const known = inCurrency(currency, paymentOf(book, place, payment) ?? begin(book, place, { payment, order, currency }));
  if (known === undefined) throw refused('a payment is received in one currency', { payment, order, currency });
  const more = BigInt(amount) - known.receivedMinor;
  if (more <= 0n) return keep(book, place, { ...known, matched: known.matched || matched });
  const row = { ...known, matched, receivedMinor: known.receivedMinor + more, clearingMinor: known.clearingMinor + more };
  const arrived: Entry = { ...about(row), debit: 'provider', credit: accountOf('clearing', row), amount: more };
  return [arrived, ...settle(row, book, place)];
}

function owe({ payment, order, amount, currency, reason }: Data<RefundOwed>, book: Book, place: Place): Entry[] {
  const row = mustKnow(book, place, payment, currency);
  if (reason === 'requested') moveOrder(book, place, order, 'RefundOwed');
  const more = BigInt(amount) - row.owedMinor - row.returnedMinor; // what is owed is the whole that has to go back: what went back already is part of it
  const from = reason === 'requested' ? 'revenue' : 'clearing';
  if (more > held(row, from)) throw refused(`the payment has not so much in ${from}`, row, { amount });
  if (more <= 0n) return keep(book, place, { ...row, reason });
  keep(book, place, { ...taken(row, from, more), owedMinor: row.owedMinor + more, reason });
  return [{ ...about(row), debit: accountOf(from, row), credit: 'refunds-owed', amount: more }];
}

/** The sale believes whatever the provider says. Here, what is said to go back in a currency that never came moves nothing. */
function giveBack({ payment, order, amount, currency }: Data<RefundPaid>, book: Book, place: Place): Entry[] {
  const known = inCurrency(currency, paymentOf(book, place, payment) ?? begin(book, place, { payment, order, currency }));
  const told = BigInt(amount);
  return known === undefined || told <= known.refundedMinor ? [] : settle({ ...known, refundedMinor: told }, book, place);
}

/** Until something was received, its currency is hearsay. */
function inCurrency(currency: string, row: PaymentRow): PaymentRow | undefined {
  if (row.currency === currency) return row;
  return row.receivedMinor === 0n ? { ...row, currency, refundedMinor: 0n } : undefined;
}

/** Lets go what went back: out of what was owed, and what nobody owed (the provider gave it back by itself) from where it is. */
function settle(before: PaymentRow, book: Book, place: Place): Entry[] {
  const entries: Entry[] = [];
  let row = before;
  for (const pot of ['owed', 'revenue', 'clearing'] as const) {
    const left = least(row.refundedMinor, row.receivedMinor) - row.returnedMinor;
    const amount = least(left, held(row, pot));
    if (amount <= 0n) continue;
    row = { ...taken(row, pot, amount), returnedMinor: row.returnedMinor + amount };
    entries.push({ ...about(row), debit: accountOf(pot, row), credit: 'provider', amount });
  }
  keep(book, place, row);
  return entries;
}

/** The payment paid for its order: what clearing has of it is earned. */
export function earn(
  book: Book,
  place: Place,
  paid: { readonly payment: string; readonly order: string; readonly totalMinor: bigint; readonly currency: string },
): Entry[] {
  const row = mustKnow(book, place, paid.payment, paid.currency);
  if (row.order !== paid.order) throw refused('a payment pays for its own order', row, { order: paid.order });
  if (row.receivedMinor !== paid.totalMinor)
    throw refused('a payment of another amount pays for no order', row, { total: paid.totalMinor });
  const amount = row.clearingMinor;
  if (amount === 0n) return [];
  keep(book, place, { ...taken(row, 'clearing', amount), revenueMinor: row.revenueMinor + amount });
  return [{ ...about(row), debit: accountOf('clearing', row), credit: 'revenue', amount }];
}

/** L9: nothing of an ended order is left in clearing. Money that has not found its order yet waits there. */
export function assertCleared(book: Book, tenant: string, sale: string, order: string): void {
  const known = book.orders.get(tenant, order);
  if (known === undefined || known.status === 'held') return;
  const left = book.payments.ofOrder(tenant, sale, order).find(({ matched, clearingMinor }) => matched && clearingMinor > 0n);
  if (left !== undefined) throw refused('the clearing of an ended order is zero', left, { status: known.status });
}

function begin(book: Book, { tenant, sale, ...place }: Place, told: Pick<PaymentRow, 'payment' | 'order' | 'currency'>): PaymentRow {
  const nothing = { receivedMinor: 0n, refundedMinor: 0n, clearingMinor: 0n, revenueMinor: 0n, owedMinor: 0n, returnedMinor: 0n };
  const row: PaymentRow = {
    tenant,
    sale,
    ...told,
    ...nothing,
    matched: false,
    reason: null,
    sequence: place.sequence,
    updatedAt: place.at,
  };
  book.payments.create(row);
  return row;
}

const paymentOf = (book: Book, { tenant, sale }: Place, payment: string): PaymentRow | undefined => book.payments.of(tenant, sale, payment);

function mustKnow(book: Book, place: Place, payment: string, currency: string): PaymentRow {
  const row = paymentOf(book, place, payment);
  if (row === undefined) throw new Fault('projection-refused', { reason: 'the sale has no such payment', sale: place.sale, payment });
  if (row.currency !== currency) throw refused('a payment has one currency', row, { currency });
  return row;
}

function keep(book: Book, place: Place, row: PaymentRow): Entry[] {
  book.payments.change({ ...row, ...keptAt(place) });
  return [];
}

const held = (row: PaymentRow, pot: Pot): bigint => row[`${pot}Minor`];
const taken = (row: PaymentRow, pot: Pot, amount: bigint): PaymentRow => ({ ...row, [`${pot}Minor`]: held(row, pot) - amount });
const least = (left: bigint, right: bigint): bigint => (left < right ? left : right);

const accountOf = (pot: Pot, { order }: PaymentRow): Account => {
  if (pot === 'clearing') return `clearing/${order}`;
  return pot === 'revenue' ? 'revenue' : 'refunds-owed';
};

const about = ({ currency, order }: PaymentRow): Pick<Entry, 'unit' | 'order' | 'ticket'> => ({ unit: currency, order, ticket: null });

const refused = (reason: string, { payment, order, currency }: Pick<PaymentRow, 'payment' | 'order' | 'currency'>, more = {}): Fault =>
  new Fault('projection-refused', { reason, payment, order, of: currency, ...more });
