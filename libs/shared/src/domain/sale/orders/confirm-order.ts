import type { PaymentId } from '../../../kernel/ids.js';
import type { MintsRequested, SaleEvent, SaleTerms, TicketOfUnit } from '../events.js';
import type { Order } from './order.js';

interface Confirming {
  readonly payment?: PaymentId;
  /** The payment is disputed: nothing is minted until that is decided. */
  readonly holdMints?: boolean;
}

/** Sold: and, where the sale says so, every ticket is asked to be minted. */
export function confirmOrder(terms: SaleTerms, order: Order, { payment, holdMints }: Confirming = {}): SaleEvent[] {
  const confirmed: SaleEvent = { type: 'OrderConfirmed', data: { order: order.order, ...(payment !== undefined && { payment }) } };
  return holdMints === true ? [confirmed] : [confirmed, ...requestFirstMints(terms, order, order.tickets)];
}

/** Where every ticket is to be minted when it is sold: asks for those that a dispute held. */
export const requestHeldMints = (terms: SaleTerms, order: Order): SaleEvent[] =>
  requestFirstMints(
    terms,
    order,
    order.ticketsWhere(({ state }) => state === 'unasked'),
  );

function requestFirstMints(terms: SaleTerms, order: Order, tickets: readonly TicketOfUnit[]): SaleEvent[] {
  const { order: id, wallet } = order;
  if (terms.mint !== 'on-confirm' || wallet === undefined || tickets.length === 0) return [];
  const asked = tickets.map(({ ticket, unit }) => ({ ticket, unit, request: order.progressOf(ticket).request + 1 }));
  return [{ type: 'MintsRequested', data: { order: id, name: terms.name, wallet, tickets: asked, ...assetRule(terms) } }];
}

/** What the asset must allow for what the sale promised. */
export const assetRule = ({ tickets }: SaleTerms): Pick<MintsRequested['data'], 'revocable'> =>
  tickets === 'revocable' ? { revocable: true } : {};
