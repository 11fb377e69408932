import { Fault } from '../../../kernel/fault.js';
import type { SaleEvent } from '../../sale/events.js';
import { ORDER_TRANSITIONS, type OrderStatus } from '../../sale/orders/order.js';
import type { EntrySource } from '../entry.js';
import type { OrderRow } from '../read-model.js';
import type { UnitOfWork } from '../unit-of-work.js';
import { orderOrRefuse } from './lookup.js';

/**
 * Applies the transition of the event to the order, as the sale defines it (`ORDER_TRANSITIONS`). @returns the order before the
 * transition
 */
export function moveOrder(book: UnitOfWork, place: EntrySource, order: string, event: SaleEvent['type']): OrderRow {
  const row = orderOrRefuse(book, place, order);
  const status = (ORDER_TRANSITIONS[row.status] as Partial<Record<string, OrderStatus>>)[event];
  if (status === undefined) throw new Fault('projection-refused', { reason: 'the event leads nowhere', order, status: row.status, event });
  book.orders.change({ ...row, status, sequence: place.sequence, updatedAt: place.at });
  return row;
}
