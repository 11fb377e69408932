import type { PaymentId, Wallet } from '../../../kernel/ids.js';
import { assetTerms } from '../assets/asset-terms.js';
import type { MintsRequested, SaleEvent, TicketOfUnit } from '../events.js';
import type { SaleTerms } from '../terms.js';
import { type Order, ticketToMint } from './order.js';

interface Confirming {
  readonly payment?: PaymentId;
  /** The payment is disputed: nothing is minted until the dispute ends. */
  readonly holdMints?: boolean;
}

/** Sells the order, and requests the mint of every remaining ticket if the sale mints on confirm. */
export function confirmOrder(terms: SaleTerms, order: Order, { payment, holdMints }: Confirming = {}): SaleEvent[] {
  const confirmed: SaleEvent = { type: 'OrderConfirmed', data: { order: order.order, ...(payment !== undefined && { payment }) } };
  return holdMints === true ? [confirmed] : [confirmed, ...requestFirstMints(terms, order, order.kept)];
}

/** A dispute was opened: the minter starts no further attempts for the requested mints. */
export function holdMints(order: Order): SaleEvent[] {
  const tickets = order.ticketsWhere(({ state }) => state === 'asked');
  return tickets.length === 0 ? [] : [{ type: 'MintsHeld', data: { order: order.order, tickets } }];
}

/** All disputes ended: held mints resume. If the sale mints on confirm, the remaining tickets are requested too. */
export const releaseMints = (terms: SaleTerms, order: Order): SaleEvent[] => [
  ...resumeMints(terms, order),
  ...requestFirstMints(
    terms,
    order,
    order.ticketsWhere(({ state }) => state === 'unasked'),
  ),
];

/** Resumes mints with the wallets and numbers of their requests, which are not counted again. */
function resumeMints(terms: SaleTerms, order: Order): SaleEvent[] {
  const byWallet = new Map<Wallet, MintsRequested['data']['tickets'][number][]>();
  for (const held of order.ticketsWhere(({ state }) => state === 'held')) {
    const wallet = order.walletOf(held.ticket);
    if (wallet === undefined) throw new Error(`the mint of ${held.ticket} was requested for no wallet`);
    const asked = ticketToMint(order.ticket(held.ticket), order.progressOf(held.ticket).request);
    byWallet.set(wallet, [...(byWallet.get(wallet) ?? []), asked]);
  }
  return [...byWallet].map(([wallet, tickets]) => ({
    type: 'MintsResumed',
    data: { order: order.order, name: terms.name, wallet, tickets, ...assetTerms(terms) },
  }));
}

function requestFirstMints(terms: SaleTerms, order: Order, tickets: readonly TicketOfUnit[]): SaleEvent[] {
  const { order: id, wallet } = order;
  if (terms.mint !== 'on-confirm' || wallet === undefined || tickets.length === 0) return [];
  const asked = tickets.map(({ ticket }) => ticketToMint(order.ticket(ticket), order.progressOf(ticket).request + 1));
  return [{ type: 'MintsRequested', data: { order: id, name: terms.name, wallet, tickets: asked, ...assetTerms(terms) } }];
}
