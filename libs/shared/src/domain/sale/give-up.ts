import type { SaleEvent, TicketOfUnit } from './events.js';
import type { Order, TicketProgress } from './order.js';
import type { OpenedSale } from './sale.js';

/** Tickets that nobody can take back once they are minted. Whether they are, only the minter knows: asked for counts as minted. */
export const irrevocable = (sale: OpenedSale, order: Order): readonly TicketOfUnit[] =>
  canBurn(sale) ? [] : keptAs(order, ({ state }) => state === 'asked');

/** Sold units on their way back: released where no mint was asked for; where one was, it is cancelled, revoked, or made void first. */
export function giveUp(sale: OpenedSale, order: Order): SaleEvent[] {
  const tickets = keptAs(order, ({ state }) => state === 'unasked' || state === 'failed');
  const released: SaleEvent = { type: 'UnitsReleased', data: { order: order.order, tickets } };
  return [
    ...(tickets.length > 0 ? [released] : []),
    ...takeBack(
      sale,
      order,
      keptAs(order, ({ state }) => state === 'asked'),
    ),
  ];
}

/** An earlier version asked for revocations that cannot come to an end: now they can. */
export const overrideAgain = (sale: OpenedSale, order: Order): SaleEvent[] =>
  canBurn(sale)
    ? []
    : takeBack(
        sale,
        order,
        keptAs(order, ({ state, overridden }) => state === 'revoking' && overridden === undefined),
      );

function takeBack(sale: OpenedSale, { order }: Order, tickets: readonly TicketOfUnit[]): SaleEvent[] {
  if (tickets.length === 0) return [];
  return [{ type: 'RevocationsRequested', data: { order, tickets, ...(!canBurn(sale) && { override: true }) } }];
}

const canBurn = ({ terms }: OpenedSale): boolean => terms.tickets === 'revocable';

const keptAs = (order: Order, fits: (progress: TicketProgress) => boolean): readonly TicketOfUnit[] =>
  order.kept.filter(({ ticket }) => fits(order.progressOf(ticket)));
