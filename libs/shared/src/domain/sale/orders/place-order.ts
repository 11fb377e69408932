import { type OrderId, type TenantId, ticketId } from '../../../kernel/ids.js';
import { rfc3339 } from '../../../kernel/moment.js';
import { type Decision, type Refusal, refuse } from '../../refusal.js';
import { withCode } from '../codes.js';
import type { PlaceOrder } from '../commands.js';
import type { SaleEvent, TicketPlaced } from '../events.js';
import { beyondEndedHolds, beyondLimits } from '../limits.js';
import type { Payment } from '../payments/payment.js';
import { settleOrder } from '../payments/settle-payment.js';
import type { OpenedSale, Sale } from '../sale.js';
import { type ChosenUnit, chooseUnits } from './choose-units.js';
import { confirmOrder } from './confirm-order.js';
import { Order, sumOfPrices } from './order.js';

const MS_PER_SECOND = 1_000;

export interface Placing {
  readonly tenant: TenantId;
  /** Derived from the key, before any decision. */
  readonly order: OrderId;
  readonly command: PlaceOrder;
}

/** Places an order for one or many units, all or none. Without payment it is confirmed at once, and minted if the sale says so. */
export function placeOrder(state: Sale, { tenant, order, command }: Placing, at: number): Decision<SaleEvent> {
  const sale = state.open;
  if (sale === undefined) return refuse('sale-unknown', { pointers: ['/sale'] });
  const refusal = outsideWindow(sale, at) ?? mismatch(sale, command);
  if (refusal !== undefined) return { refusal };
  const chosen = chooseUnits(sale, command);
  if ('refusal' in chosen) return chosen;
  const beyond = beyondLimit(sale, command, chosen) ?? beyondEndedHolds(sale, command);
  if (beyond !== undefined) return { refusal: beyond };
  const priced = withCode(sale, command, chosen, at);
  if ('refusal' in priced) return priced;
  const tickets = priced.map((unit): TicketPlaced => ({ ticket: ticketId(tenant, command.sale, order, unit.unit), ...unit }));
  return { events: happenings(sale, order, command, tickets, at) };
}

function happenings(sale: OpenedSale, order: OrderId, command: PlaceOrder, tickets: readonly TicketPlaced[], at: number): SaleEvent[] {
  const { terms } = sale;
  const { buyer, wallet, code } = command;
  const total = { amount: `${sumOfPrices(tickets)}`, currency: terms.currency };
  const awaited = terms.payment === 'webhook' && total.amount !== '0';
  const expiresAt = awaited ? at + terms.holdSeconds * MS_PER_SECOND : undefined;
  const data = {
    ...{ order, buyer, ...(wallet !== undefined && { wallet }), tickets, ...(code !== undefined && { code }), total },
    ...(expiresAt !== undefined && { expiresAt }),
  };
  const placed = new Order(order, buyer, wallet, tickets, { total, expiresAt, code });
  const confirmed = awaited ? [] : confirmOrder(terms, placed);
  if (!awaited) placed.move('OrderConfirmed');
  return [{ type: 'OrderPlaced', data }, ...confirmed, ...afterEarlier(sale, placed)];
}

/** Applies payment reports that arrived before their order: either may overtake the other. */
function afterEarlier(sale: OpenedSale, order: Order): SaleEvent[] {
  const earlier = sale.payments.ofOrder(order.order);
  if (earlier.length === 0) return [];
  const matched = earlier.filter(isAwaiting).map((payment) => received(payment));
  return [...matched, ...settleOrder(sale, order, earlier)];
}

const isAwaiting = ({ received, foreign, owed }: Payment): boolean => received !== undefined && !foreign && owed === undefined;

const received = ({ payment, order, received: amount, currency }: Payment): SaleEvent => ({
  type: 'PaymentReceived',
  data: { payment, order, amount: `${amount}`, currency, matched: true },
});

function outsideWindow({ terms, closed, paused }: OpenedSale, at: number): Refusal | undefined {
  if (closed) return { code: 'sale-closed' };
  if (paused) return { code: 'sale-paused' };
  if (terms.opensAt !== undefined && at < terms.opensAt) return { code: 'sale-not-yet-open', facts: { opensAt: rfc3339(terms.opensAt) } };
  if (terms.closesAt !== undefined && at >= terms.closesAt) return { code: 'sale-closed', facts: { closesAt: rfc3339(terms.closesAt) } };
  return undefined;
}

/** The short forms are only for sales without categories and types. */
function mismatch({ terms, units }: OpenedSale, { units: named, quantity, wallet }: PlaceOrder): Refusal | undefined {
  if (units.isQuota && named !== undefined) return { code: 'quantity-needed', pointers: ['/units'] };
  if (!units.isQuota && quantity !== undefined) return { code: 'units-needed', pointers: ['/quantity'] };
  if (terms.mint === 'on-confirm' && wallet === undefined) return { code: 'wallet-needed', pointers: ['/wallet'] };
  return undefined;
}

function beyondLimit(sale: OpenedSale, command: PlaceOrder, chosen: readonly ChosenUnit[]): Refusal | undefined {
  const refusal = beyondLimits(sale, command, chosen);
  const [at = ''] = (['units', 'quantity', 'items'] as const).filter((member) => command[member] !== undefined);
  return refusal && { pointers: [`/${at}`], ...refusal };
}
