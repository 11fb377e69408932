import type { TicketId } from '../../kernel/ids.js';
import type { Decision } from '../refusal.js';
import type { SaleEvent } from './events.js';
import { type Order, ticketOfUnit } from './orders/order.js';
import type { Sale } from './sale.js';

/** The part of the minter's events about a ticket that the sale needs. */
export interface MintResult {
  readonly ticket: TicketId;
  readonly request: number;
  /** The asset exists, but no longer admits its holder. */
  readonly void?: true;
}

/** Records that a mint failed permanently. It may be requested again; a unit to be released is released. */
export function noteMintFailure(state: Sale, { ticket, request }: MintResult): Decision<SaleEvent> {
  const order = state.open?.tickets.orderWith(ticket);
  const progress = order?.progressOf(ticket);
  if (order === undefined || progress?.request !== request) return { events: [] };
  if (progress.state === 'asked' || progress.state === 'held')
    return { events: [{ type: 'MintFailureNoted', data: { order: order.order, ticket, request } }] };
  return { events: progress.state === 'revoking' ? [released(order, ticket)] : [] };
}

/** The mint was cancelled, the asset burned, or the ticket made void: only now may the unit be sold again. */
export function releaseUnit(state: Sale, { ticket, void: isVoid }: MintResult): Decision<SaleEvent> {
  const order = state.open?.tickets.orderWith(ticket);
  return { events: order?.progressOf(ticket).state === 'revoking' ? [released(order, ticket, isVoid)] : [] };
}

const released = (order: Order, ticket: TicketId, isVoid?: true): SaleEvent => ({
  type: 'UnitsReleased',
  data: {
    order: order.order,
    tickets: order.tickets.filter((own) => own.ticket === ticket).map(ticketOfUnit),
    ...(isVoid && { void: isVoid }),
  },
});
