import { Fault } from '../../../kernel/fault.js';
import type { SaleEvent, TicketOfUnit } from '../../sale/events.js';
import { ticketsOf } from '../account.js';
import type { Entry, EntrySource } from '../entry.js';
import type { OrderRow, TicketRow } from '../read-model.js';
import type { UnitOfWork } from '../unit-of-work.js';
import { moneyByKind, numberOf, splitByKind } from './by-kind.js';
import { orderOrRefuse, ticketOrRefuse, ticketsOfOrder } from './lookup.js';
import { moveOrder } from './move-order.js';
import { earn } from './post-payment.js';

type Data<T extends SaleEvent['type']> = Extract<SaleEvent, { type: T }>['data'];
type Ending = Extract<SaleEvent, { type: 'OrderExpired' | 'OrderCancelled' | 'OrderRefunded' }>;

/** Held → sold, and the payment becomes revenue. */
export function postConfirmation({ order, payment }: Data<'OrderConfirmed'>, book: UnitOfWork, place: EntrySource): Entry[] {
  const row = moveOrder(book, place, order, 'OrderConfirmed');
  if (payment !== undefined) book.orders.change({ ...orderOrRefuse(book, place, order), payment });
  const tickets = setTickets(book, place, heldTickets(book, place, row), 'sold');
  const sold = splitByKind({ ...ofSale(place, row), debit: `sold/${row.buyer}`, credit: `held/${row.buyer}` }, tickets, numberOf);
  const outside = { debit: 'settled-outside', credit: 'revenue', unit: row.currency, order, ticket: null } as const;
  if (payment === undefined) return [...sold, ...moneyByKind(outside, tickets, row.totalMinor)];
  const earned = earn(book, place, { ...row, payment });
  return [...sold, ...earned.flatMap((entry) => (isWhole(entry, row) ? moneyByKind(entry, tickets, entry.amount) : [entry]))];
}

/** True if the whole price of the order is earned, so each ticket's share is known. For a smaller amount it is not. */
const isWhole = ({ credit, amount }: Entry, { totalMinor }: OrderRow): boolean => credit === 'revenue' && amount === totalMinor;

/** Held units are available again; sold units stay sold until they are released. */
export function postEnding(event: Ending, book: UnitOfWork, place: EntrySource): Entry[] {
  const row = moveOrder(book, place, event.data.order, event.type);
  const left = event.type === 'OrderCancelled' ? event.data.amount : undefined;
  if (row.status === 'confirmed')
    return unsettle(row, ticketsOfOrder(book, place, row).filter(isLive), left === undefined ? row.totalMinor : BigInt(left));
  return row.status === 'held' ? releaseHeld(book, place, row, heldTickets(book, place, row)) : [];
}

/** Tickets of a hold are available again. Sold tickets stay sold until they are released; their direct settlement is reversed. */
export function postTicketsEnded({ order, tickets, amount }: Data<'TicketsEnded'>, book: UnitOfWork, place: EntrySource): Entry[] {
  const row = moveOrder(book, place, order, 'TicketsEnded');
  const theirs = ownTickets(book, place, order, tickets);
  return row.status === 'held' ? releaseHeld(book, place, row, theirs) : unsettle(row, theirs, BigInt(amount));
}

function releaseHeld(book: UnitOfWork, place: EntrySource, row: OrderRow, tickets: readonly TicketRow[]): Entry[] {
  const released = setTickets(book, place, tickets, 'released');
  return splitByKind({ ...ofSale(place, row), debit: 'available', credit: `held/${row.buyer}` }, released, numberOf);
}

/** Sold, and not being revoked. */
const isLive = ({ status }: TicketRow): boolean => !['revoking', 'released', 'void'].includes(status);

/** Reverses a direct settlement of buyer and organiser for these tickets. */
function unsettle({ payment, currency, order }: OrderRow, tickets: readonly TicketRow[], amount: bigint): Entry[] {
  if (payment !== null) return [];
  return moneyByKind({ debit: 'revenue', credit: 'settled-outside', unit: currency, order, ticket: null }, tickets, amount);
}

/** Available → held again: paid late, while the units were still free. */
export function postRestoration({ order, tickets }: Data<'OrderRestored'>, book: UnitOfWork, place: EntrySource): Entry[] {
  const row = moveOrder(book, place, order, 'OrderRestored');
  const theirs = tickets === undefined ? ticketsOfOrder(book, place, row) : ownTickets(book, place, order, tickets);
  const held = setTickets(book, place, theirs, 'held');
  return splitByKind({ ...ofSale(place, row), debit: `held/${row.buyer}`, credit: 'available' }, held, numberOf);
}

/** The tickets of a held order that did not end before the order. */
const heldTickets = (book: UnitOfWork, place: EntrySource, row: OrderRow): TicketRow[] =>
  ticketsOfOrder(book, place, row).filter(({ status }) => status === 'held');

function ownTickets(book: UnitOfWork, place: EntrySource, order: string, tickets: readonly TicketOfUnit[]): TicketRow[] {
  const rows = tickets.map(({ ticket }) => ticketOrRefuse(book, place, ticket));
  const foreign = rows.find((row) => row.order !== order);
  if (foreign !== undefined)
    throw new Fault('projection-refused', { reason: 'the order has no such ticket', order, ticket: foreign.ticket });
  return rows;
}

/** Sold → available, ticket by ticket. */
export function postRelease({ order, tickets, void: isVoid }: Data<'UnitsReleased'>, book: UnitOfWork, place: EntrySource): Entry[] {
  const row = orderOrRefuse(book, place, order);
  const theirs = tickets.map(({ ticket }) => ticketOrRefuse(book, place, ticket));
  const wrong = theirs.find((ticket) => ticket.order !== order || ['held', 'released', 'void'].includes(ticket.status));
  if (wrong !== undefined || row.status === 'held') {
    throw new Fault('projection-refused', { reason: 'only sold units are released', order, status: row.status, ticket: wrong?.ticket });
  }
  setTickets(book, place, theirs, isVoid ? 'void' : 'released');
  return splitByKind({ ...ofSale(place, row), debit: 'available', credit: `sold/${row.buyer}` }, theirs, numberOf);
}

function setTickets(
  book: UnitOfWork,
  place: EntrySource,
  tickets: readonly TicketRow[],
  status: TicketRow['status'],
): readonly TicketRow[] {
  const { sequence, at: updatedAt } = place;
  for (const ticket of tickets) book.tickets.change({ ...ticket, status, sequence, updatedAt });
  return tickets;
}

const ofSale = ({ sale }: EntrySource, { order }: OrderRow): Pick<Entry, 'unit' | 'order' | 'ticket'> => ({
  unit: ticketsOf(sale),
  order,
  ticket: null,
});
