import type { TicketId } from '../../../kernel/ids.js';
import type { Order } from './order.js';

/** Maps each ticket to its order. Updated on demand: selling never needs it, and it would be a tenth of the fold of a large sale. */
export class Tickets {
  private readonly orders = new Map<TicketId, Order>();
  private unlisted: Order[] = [];

  add(order: Order): void {
    this.unlisted.push(order);
  }

  orderWith(ticket: TicketId): Order | undefined {
    for (const order of this.unlisted) for (const own of order.tickets) this.orders.set(own.ticket, order);
    this.unlisted = [];
    return this.orders.get(ticket);
  }
}
