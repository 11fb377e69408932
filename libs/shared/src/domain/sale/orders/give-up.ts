import type { TicketId } from '../../../kernel/ids.js';
import type { SaleEvent, TicketOfUnit } from '../events.js';
import type { OpenedSale } from '../sale.js';
import type { Order } from './order.js';

/** Tickets of an order. Absent: all of them. */
type Some = ReadonlySet<TicketId> | undefined;

/** Tickets whose assets cannot be burned once they are minted. Only the minter knows whether they are, so a requested mint counts as minted. */
export const irrevocable = (sale: OpenedSale, order: Order, some?: Some): readonly TicketOfUnit[] =>
  canBurn(sale) ? [] : asked(order, some);

/** Gives up sold units: released without a mint request, otherwise after the mint is cancelled, revoked, or void. */
export function giveUp(sale: OpenedSale, order: Order, some?: Some): SaleEvent[] {
  const tickets = order.ticketsWhere(({ state }) => state === 'unasked' || state === 'failed', some);
  const released: SaleEvent = { type: 'UnitsReleased', data: { order: order.order, tickets } };
  return [...(tickets.length > 0 ? [released] : []), ...takeBack(sale, order, asked(order, some))];
}

/** Repeats revocations of an earlier version, which could not end without an override. */
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
