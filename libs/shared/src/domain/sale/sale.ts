import type { BuyerId, OrderId, TicketId, Wallet } from '../../kernel/ids.js';
import type { Money, SaleEvent, SaleTerms, TicketOfUnit } from './events.js';
import { Units } from './units.js';

export type OrderStatus = 'held' | 'confirmed';

export interface Order {
  readonly order: OrderId;
  readonly buyer: BuyerId;
  readonly wallet: Wallet | undefined;
  readonly tickets: readonly TicketOfUnit[];
  readonly total: Money;
  status: OrderStatus;
  /** Tickets that were asked to be minted, with the number of the latest request. */
  readonly mintRequests: Map<TicketId, number>;
}

export interface OpenedSale {
  readonly terms: SaleTerms;
  readonly units: Units;
  readonly orders: Map<OrderId, Order>;
  readonly unitsOfBuyer: Map<BuyerId, number>;
  sold: number;
}

/** One performance on sale, as its events tell it. `undefined` until it is opened. */
export class Sale {
  private opened: OpenedSale | undefined;
  /** The time of the latest event or decision: none is earlier than the one before it. */
  clock = 0;

  get open(): OpenedSale | undefined {
    return this.opened;
  }

  /** available + held + sold = opened (L9) */
  counts(): { readonly opened: number; readonly available: number; readonly held: number; readonly sold: number } {
    const { units, sold } = this.mustBeOpen();
    return { opened: units.opened, available: units.available, held: units.opened - units.available - sold, sold };
  }

  evolve(event: SaleEvent, at: number): void {
    this.clock = Math.max(this.clock, at);
    if (event.type === 'SaleOpened') this.start(event.data);
    else if (event.type === 'OrderPlaced') this.place(event.data);
    else if (event.type === 'OrderConfirmed') this.confirm(event.data.order);
    else this.askMints(event.data);
  }

  private start(terms: SaleTerms): void {
    if (this.opened !== undefined) throw new Error(`sale ${terms.sale} is opened twice`);
    this.opened = { terms, units: new Units(terms.units), orders: new Map(), unitsOfBuyer: new Map(), sold: 0 };
  }

  private place(placed: Extract<SaleEvent, { type: 'OrderPlaced' }>['data']): void {
    const { orders, units, unitsOfBuyer } = this.mustBeOpen();
    const { order, buyer, wallet, tickets, total } = placed;
    if (orders.has(order)) throw new Error(`order ${order} is placed twice`);
    for (const { unit } of tickets) units.take(unit, order);
    unitsOfBuyer.set(buyer, (unitsOfBuyer.get(buyer) ?? 0) + tickets.length);
    orders.set(order, { order, buyer, wallet, tickets, total, status: 'held', mintRequests: new Map() });
  }

  private confirm(id: OrderId): void {
    const sale = this.mustBeOpen();
    const order = this.mustHave(id);
    if (order.status !== 'held') throw new Error(`order ${id} is confirmed twice`);
    order.status = 'confirmed';
    sale.sold += order.tickets.length;
  }

  private askMints({ order, tickets }: Extract<SaleEvent, { type: 'MintsRequested' }>['data']): void {
    const { mintRequests } = this.mustHave(order);
    for (const { ticket, request } of tickets) mintRequests.set(ticket, request);
  }

  private mustBeOpen(): OpenedSale {
    if (this.opened === undefined) throw new Error('nothing happens in a sale before it is opened');
    return this.opened;
  }

  private mustHave(id: OrderId): Order {
    const order = this.mustBeOpen().orders.get(id);
    if (order === undefined) throw new Error(`order ${id} was never placed`);
    return order;
  }
}
