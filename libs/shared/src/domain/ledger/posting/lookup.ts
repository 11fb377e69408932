import { Fault } from '../../../kernel/fault.js';
import type { EntrySource } from '../entry.js';
import type { OrderRow, TicketRow } from '../read-model.js';
import type { UnitOfWork } from '../unit-of-work.js';

/** The event's order in its own sale; rejects an event about another sale's order. */
export function orderOrRefuse(book: UnitOfWork, { tenant, sale }: EntrySource, order: string): OrderRow {
  const row = book.orders.get(tenant, order);
  if (row === undefined || row.sale !== sale) throw new Fault('projection-refused', { reason: 'the sale has no such order', sale, order });
  return row;
}

export function ticketOrRefuse(book: UnitOfWork, { tenant, sale }: EntrySource, ticket: string): TicketRow {
  const row = book.tickets.get(tenant, ticket);
  if (row === undefined || row.sale !== sale)
    throw new Fault('projection-refused', { reason: 'the sale has no such ticket', sale, ticket });
  return row;
}

export const ticketsOfOrder = (book: UnitOfWork, place: EntrySource, { tickets }: OrderRow): TicketRow[] =>
  tickets.map((ticket) => ticketOrRefuse(book, place, ticket));

/** The columns that every change of a row updates. */
export const keptAt = ({ sequence, at }: EntrySource): { readonly sequence: number; readonly updatedAt: number } => ({
  sequence,
  updatedAt: at,
});
