import type { PaymentId, Wallet } from '../../kernel/ids.js';
import type { MintsRequested, OrderPlaced, SaleEvent, SaleTerms } from './events.js';

type Placed = Pick<OrderPlaced['data'], 'order' | 'tickets'> & { readonly wallet?: Wallet | undefined };

/** Sold: and, where the sale says so, every ticket is asked to be minted. */
export function confirmOrder(terms: SaleTerms, { order, wallet, tickets }: Placed, payment?: PaymentId): SaleEvent[] {
  const confirmed: SaleEvent = { type: 'OrderConfirmed', data: { order, ...(payment !== undefined && { payment }) } };
  if (terms.mint !== 'on-confirm' || wallet === undefined) return [confirmed];
  const firsts = tickets.map((ticket) => ({ ...ticket, request: 1 }));
  const asked: MintsRequested['data'] = { order, name: terms.name, wallet, tickets: firsts, ...assetRule(terms) };
  return [confirmed, { type: 'MintsRequested', data: asked }];
}

/** What the asset must allow for what the sale promised. */
export const assetRule = ({ tickets }: SaleTerms): Pick<MintsRequested['data'], 'revocable'> =>
  tickets === 'revocable' ? { revocable: true } : {};
