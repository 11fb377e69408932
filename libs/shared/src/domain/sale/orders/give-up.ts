import type { TicketId } from '../../../kernel/ids.js';
import type { SaleEvent, TicketOfUnit } from '../events.js';
import type { OpenedSale } from '../sale.js';
import type { Order } from './order.js';

/** Tickets of an order. Absent: all of them. */
type Some = ReadonlySet<TicketId> | undefined;

/** Tickets that nobody can take back once they are minted. Whether they are, only the minter knows: asked for counts as minted. */
export const irrevocable = (sale: OpenedSale, order: Order, some?: Some): readonly TicketOfUnit[] =>
  canBurn(sale) ? [] : asked(order, some);

/** Sold units on their way back: released where no mint was asked for; where one was, it is cancelled, revoked, or made void first. */
export function giveUp(sale: OpenedSale, order: Order, some?: Some): SaleEvent[] {
  const tickets = order.ticketsWhere(({ state }) => state === 'unasked' || state === 'failed', some);
  const released: SaleEvent = { type: 'UnitsReleased', data: { order: order.order, tickets } };
  return [...(tickets.length > 0 ? [released] : []), ...takeBack(sale, order, asked(order, some))];
}

/** An earlier version asked for revocations that cannot come to an end: now they can. */
export function overrideAgain(sale: OpenedSale, order: Order, some?: Some): SaleEvent[] {
  if (canBurn(sale)) return [];
  const endless = order.ticketsWhere(({ state, overridden }) => state === 'revoking' && overridden === undefined, some);
  return takeBack(sale, order, endless);
}

function takeBack(sale: OpenedSale, { order }: Order, tickets: readonly TicketOfUnit[]): SaleEvent[] {
  if (tickets.length === 0) return [];
  return [{ type: 'RevocationsRequested', data: { order, tickets, ...(!canBurn(sale) && { override: true }) } }];
}

const canBurn = ({ terms }: OpenedSale): boolean => terms.tickets === 'revocable';

const asked = (order: Order, some: Some): readonly TicketOfUnit[] =>
  order.ticketsWhere(({ state }) => state === 'asked' || state === 'held', some);
