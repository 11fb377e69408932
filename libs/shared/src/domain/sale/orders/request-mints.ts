import type { OrderId, TicketId, Wallet } from '../../../kernel/ids.js';
import { type Decision, type Refusal, refuse } from '../../refusal.js';
import { assetTerms } from '../assets/asset-terms.js';
import type { MintTickets } from '../commands.js';
import type { MintsRequested, SaleEvent, TicketPlaced } from '../events.js';
import { beyondMintBudget, beyondWallet } from '../limits.js';
import { isDisputed } from '../payments/payment.js';
import { paymentOf } from '../payments/settle-payment.js';
import type { OpenedSale, Sale } from '../sale.js';
import { type Order, ticketToMint } from './order.js';

/** Requests the mints of many tickets, all or none. A requested ticket is not requested again unless its mint failed. */
export function requestMints({ open: sale }: Sale, { tickets, wallet }: MintTickets): Decision<SaleEvent> {
  if (sale === undefined) return refuse('sale-unknown', { pointers: ['/sale'] });
  const problem = problemOf(sale, tickets);
  if (problem !== undefined) return { refusal: problem };
  const asked = tickets.filter((id) => sale.tickets.orderWith(id)?.progressOf(id).state !== 'asked');
  const beyond = beyondMintBudget(sale, asked.length) ?? beyondWallet(sale, wallet, newTo(sale, wallet, asked));
  if (asked.length > 0 && beyond !== undefined) return { refusal: { pointers: ['/tickets'], ...beyond } };
  const byOrder = new Map<OrderId, MintsRequested['data']['tickets'][number][]>();
  for (const id of asked) {
    const order = sale.tickets.orderWith(id) as Order;
    const ticket = ticketToMint(order.ticket(id), order.progressOf(id).request + 1);
    byOrder.set(order.order, [...(byOrder.get(order.order) ?? []), ticket]);
  }
  const events = [...byOrder].map(
    ([order, own]): SaleEvent => ({
      type: 'MintsRequested',
      data: { order, name: sale.terms.name, wallet, tickets: own, ...assetTerms(sale.terms) },
    }),
  );
  return { events };
}

/** Tickets that do not count for the wallet yet. */
const newTo = (sale: OpenedSale, wallet: Wallet, tickets: readonly TicketId[]): TicketPlaced[] =>
  tickets.flatMap((id) => {
    const order = sale.tickets.orderWith(id) as Order;
    return order.walletOf(id) === wallet ? [] : [order.ticket(id)];
  });

function problemOf(sale: OpenedSale, tickets: MintTickets['tickets']): Refusal | undefined {
  const pointersTo = (wrong: (id: MintTickets['tickets'][number]) => boolean) =>
    tickets.flatMap((id, index) => (wrong(id) ? [`/tickets/${index}`] : []));
  const unknown = pointersTo((id) => sale.tickets.orderWith(id) === undefined);
  if (unknown.length > 0) return { code: 'ticket-unknown', pointers: unknown };
  const unsold = pointersTo((id) => {
    const order = sale.tickets.orderWith(id);
    return order?.status !== 'confirmed' || order.hasGivenUp(id);
  });
  if (unsold.length > 0) return { code: 'ticket-not-sold', pointers: unsold };
  const disputed = pointersTo((id) => isHeldByDispute(sale, sale.tickets.orderWith(id) as Order));
  return disputed.length > 0 ? { code: 'payment-disputed', pointers: disputed } : undefined;
}

function isHeldByDispute(sale: OpenedSale, order: Order): boolean {
  const payment = order.payment === undefined ? undefined : paymentOf(sale, order);
  return payment !== undefined && isDisputed(payment);
}
