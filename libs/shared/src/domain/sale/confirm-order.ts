import type { PaymentId, Wallet } from '../../kernel/ids.js';
import type { MintsRequested, OrderPlaced, SaleEvent, SaleTerms } from './events.js';

type Placed = Pick<OrderPlaced['data'], 'order' | 'tickets'> & { readonly wallet?: Wallet | undefined };

/** Sold: and, where the sale says so, every ticket is asked to be minted. */
export function confirmOrder(terms: SaleTerms, { order, wallet, tickets }: Placed, payment?: PaymentId): SaleEvent[] {
  const confirmed: SaleEvent = { type: 'OrderConfirmed', data: { order, ...(payment !== undefined && { payment }) } };
  if (terms.mint !== 'on-confirm' || wallet === undefined) return [confirmed];
  const asked: MintsRequested['data'] = { order, name: terms.name, wallet, tickets: tickets.map((ticket) => ({ ...ticket, request: 1 })) };
  return [confirmed, { type: 'MintsRequested', data: asked }];
}
