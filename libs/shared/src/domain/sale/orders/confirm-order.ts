import type { PaymentId, Wallet } from '../../../kernel/ids.js';
import { assetTerms } from '../assets/asset-terms.js';
import type { MintsRequested, SaleEvent, TicketOfUnit } from '../events.js';
import type { SaleTerms } from '../terms.js';
import { type Order, ticketToMint } from './order.js';

interface Confirming {
  readonly payment?: PaymentId;
  /** The payment is disputed: nothing is minted until that is decided. */
  readonly holdMints?: boolean;
}

/** Sold: and, where the sale says so, every ticket that did not end before is asked to be minted. */
export function confirmOrder(terms: SaleTerms, order: Order, { payment, holdMints }: Confirming = {}): SaleEvent[] {
  const confirmed: SaleEvent = { type: 'OrderConfirmed', data: { order: order.order, ...(payment !== undefined && { payment }) } };
  return holdMints === true ? [confirmed] : [confirmed, ...requestFirstMints(terms, order, order.kept)];
}

/** A dispute was opened: no attempt is begun any more to mint what was requested. */
export function holdMints(order: Order): SaleEvent[] {
  const tickets = order.ticketsWhere(({ state }) => state === 'asked');
  return tickets.length === 0 ? [] : [{ type: 'MintsHeld', data: { order: order.order, tickets } }];
}

/** No dispute is open: mints that one held go on, and where every ticket is minted when it is sold, the others are requested. */
export const releaseMints = (terms: SaleTerms, order: Order): SaleEvent[] => [
  ...resumeMints(terms, order),
  ...requestFirstMints(
    terms,
    order,
    order.ticketsWhere(({ state }) => state === 'unasked'),
  ),
];

/** For the wallets and under the numbers of their requests: they are not counted again. */
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
