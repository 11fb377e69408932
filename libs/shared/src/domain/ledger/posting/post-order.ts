import { Fault } from '../../../kernel/fault.js';
import type { SaleEvent } from '../../sale/events.js';
import { ticketsOf } from '../account.js';
import type { Entry, Place } from '../entry.js';
import type { OrderRow, TicketRow } from '../read-model.js';
import type { UnitOfWork } from '../unit-of-work.js';
import { orderOrRefuse, ticketOrRefuse, ticketsOfOrder } from './lookup.js';
import { moveOrder } from './move-order.js';
import { earn } from './post-payment.js';

type Data<T extends SaleEvent['type']> = Extract<SaleEvent, { type: T }>['data'];
type Ending = Extract<SaleEvent, { type: 'OrderExpired' | 'OrderCancelled' | 'OrderRefunded' }>;

/** Held → sold, and the payment becomes revenue. */
export function postConfirmation({ order, payment }: Data<'OrderConfirmed'>, book: UnitOfWork, place: Place): Entry[] {
  const row = moveOrder(book, place, order, 'OrderConfirmed');
  if (payment !== undefined) book.orders.change({ ...orderOrRefuse(book, place, order), payment });
  const tickets = setTickets(book, place, ticketsOfOrder(book, place, row), 'sold');
  const sold: Entry = { ...ofSale(place, row), debit: `sold/${row.buyer}`, credit: `held/${row.buyer}`, amount: tickets };
  if (payment !== undefined) return [sold, ...earn(book, place, { ...row, payment })];
  if (row.totalMinor === 0n) return [sold];
  return [sold, { debit: 'settled-outside', credit: 'revenue', unit: row.currency, amount: row.totalMinor, order, ticket: null }];
}

/** Held units are available again; sold units stay sold until they are released. */
export function postEnding(event: Ending, book: UnitOfWork, place: Place): Entry[] {
  const row = moveOrder(book, place, event.data.order, event.type);
  if (row.status === 'confirmed') return unsettle(row);
  if (row.status !== 'held') return [];
  const amount = setTickets(book, place, ticketsOfOrder(book, place, row), 'released');
  return [{ ...ofSale(place, row), debit: 'available', credit: `held/${row.buyer}`, amount }];
}

/** Reverses a direct settlement of buyer and organiser. */
function unsettle({ payment, totalMinor, currency, order }: OrderRow): Entry[] {
  if (payment !== null || totalMinor === 0n) return [];
  return [{ debit: 'revenue', credit: 'settled-outside', unit: currency, amount: totalMinor, order, ticket: null }];
}

/** Available → held again: paid late, while the units were still free. */
export function postRestoration({ order }: Data<'OrderRestored'>, book: UnitOfWork, place: Place): Entry[] {
  const row = moveOrder(book, place, order, 'OrderRestored');
  const amount = setTickets(book, place, ticketsOfOrder(book, place, row), 'held');
  return [{ ...ofSale(place, row), debit: `held/${row.buyer}`, credit: 'available', amount }];
}

/** Sold → available, ticket by ticket. */
export function postRelease({ order, tickets, void: isVoid }: Data<'UnitsReleased'>, book: UnitOfWork, place: Place): Entry[] {
  const row = orderOrRefuse(book, place, order);
  const theirs = tickets.map(({ ticket }) => ticketOrRefuse(book, place, ticket));
  const wrong = theirs.find((ticket) => ticket.order !== order || ['held', 'released', 'void'].includes(ticket.status));
  if (wrong !== undefined || row.status === 'held') {
    throw new Fault('projection-refused', { reason: 'only sold units are released', order, status: row.status, ticket: wrong?.ticket });
  }
  const amount = setTickets(book, place, theirs, isVoid ? 'void' : 'released');
  return [{ ...ofSale(place, row), debit: 'available', credit: `sold/${row.buyer}`, amount }];
}

function setTickets(book: UnitOfWork, place: Place, tickets: readonly TicketRow[], status: TicketRow['status']): bigint {
  const { sequence, at: updatedAt } = place;
  for (const ticket of tickets) book.tickets.change({ ...ticket, status, sequence, updatedAt });
  return BigInt(tickets.length);
}

const ofSale = ({ sale }: Place, { order }: OrderRow): Pick<Entry, 'unit' | 'order' | 'ticket'> => ({
  unit: ticketsOf(sale),
  order,
  ticket: null,
});
