import type { Order, Sale } from '#shared/domain/sale/sale.js';
import type { TicketId } from '#shared/kernel/ids.js';

/** How far the mint of a ticket is, as the mint aggregate tells it. */
export interface MintView {
  readonly status: 'minting' | 'minted' | 'mint-failed';
  readonly asset?: string;
  readonly signature?: string;
  readonly slot?: string;
}

/** What callers see of a sale. */
export function saleView(sale: Sale, version: number): object {
  const open = sale.open;
  if (open === undefined) throw new Error('a sale that was never opened has no view');
  const { sale: id, name, price, maxPerBuyer, holdSeconds, payment, mint, opensAt, closesAt } = open.terms;
  return {
    sale: id,
    name,
    price,
    maxPerBuyer,
    holdSeconds,
    payment,
    mint,
    ...(opensAt !== undefined && { opensAt: new Date(opensAt).toISOString() }),
    ...(closesAt !== undefined && { closesAt: new Date(closesAt).toISOString() }),
    units: sale.counts(),
    version,
  };
}

/** What callers see of an order. */
export function orderView(sale: Sale, order: Order, version: number, mints?: ReadonlyMap<TicketId, MintView>): object {
  return {
    order: order.order,
    sale: sale.open?.terms.sale,
    buyer: order.buyer,
    status: order.status,
    total: order.total,
    ...(order.wallet !== undefined && { wallet: order.wallet }),
    tickets: order.tickets.map(({ ticket, unit }) => ({ ticket, unit, ...ticketProgress(order, ticket, mints?.get(ticket)) })),
    version,
  };
}

function ticketProgress(order: Order, ticket: TicketId, mint: MintView | undefined): object {
  if (mint !== undefined) return mint;
  if (order.mintRequests.has(ticket)) return { status: 'minting' };
  return { status: order.status === 'confirmed' ? 'sold' : 'held' };
}
