import type { OrderId, PaymentId } from '../../kernel/ids.js';
import { changedSale } from './change/changed-sale.js';
import type { SaleEvent, TicketPlaced } from './events.js';
import { type OpenedSale, opened } from './opened-sale.js';
import { type Moment, Order } from './orders/order.js';
import { giveBack, hold, moveToWallet } from './taking.js';
import type { SaleTerms } from './terms.js';

export type { OpenedSale } from './opened-sale.js';

type Data<T extends SaleEvent['type']> = Extract<SaleEvent, { type: T }>['data'];

/** One performance on sale, derived from its events. `undefined` until it is opened. */
export class Sale {
  private opened: OpenedSale | undefined;
  /** The time of the latest event or decision: none is earlier than the previous one. */
  clock = 0;
  private last: Moment = { at: 0, version: 0 };
  /** The order of the latest event: consecutive events of a decision concern one order, which is looked up once. */
  private latest: Order | undefined;

  /** A sale that continues from a snapshot. */
  static restored(opened: OpenedSale, clock: number): Sale {
    const sale = new Sale();
    sale.opened = opened;
    sale.clock = clock;
    return sale;
  }

  get open(): OpenedSale | undefined {
    return this.opened;
  }

  /** available + held + sold = opened (L9) */
  counts(): { readonly opened: number; readonly available: number; readonly held: number; readonly sold: number } {
    const { units, tally } = this.mustBeOpen();
    const { sold } = tally;
    return { opened: units.opened, available: units.available, held: units.opened - units.available - sold, sold };
  }

  /** `version` is that of the event's commit. */
  evolve(event: SaleEvent, at: number, version = 0): void {
    this.clock = Math.max(this.clock, at);
    const moment = this.moment(version);
    switch (event.type) {
      case 'SaleOpened':
        this.start(event.data);
        break;
      case 'SaleClosed':
        this.mustBeOpen().closed = true;
        break;
      case 'SaleChanged':
        this.opened = changedSale(this.mustBeOpen(), event.data);
        break;
      case 'OrderPlaced':
        this.place(event.data, moment);
        break;
      case 'PaymentReceived':
      case 'PaymentFailed':
      case 'RefundPaid':
      case 'RefundFailed':
      case 'DisputeOpened':
      case 'DisputeWon':
      case 'DisputeLost':
      case 'PaymentReportSetAside':
        this.mustBeOpen().payments.evolve(event, this.clock);
        break;
      case 'RefundOwed':
        this.owe(event);
        break;
      case 'OrderPaymentChanged':
        this.pay(this.mustHave(event.data.order), event.data.payment);
        break;
      case 'TicketsEnded':
        this.endTickets(event.data);
        break;
      case 'MintsRequested':
      case 'MintsHeld':
      case 'MintsResumed':
      case 'MintFailureNoted':
      case 'RevocationsRequested':
        this.noteTickets(event, moment);
        break;
      default:
        this.change(event, moment);
        break;
    }
  }

  /** One moment for all events of a command. */
  private moment(version: number): Moment {
    if (this.last.at !== this.clock || this.last.version !== version) this.last = { at: this.clock, version };
    return this.last;
  }

  private start(terms: SaleTerms): void {
    if (this.opened !== undefined) throw new Error(`sale ${terms.sale} is opened twice`);
    this.opened = opened(terms);
  }

  private place({ order: id, buyer, wallet, tickets, total, expiresAt, code }: Data<'OrderPlaced'>, moment: Moment): void {
    const sale = this.mustBeOpen();
    if (sale.orders.has(id)) throw new Error(`order ${id} is placed twice`);
    const order = new Order(id, buyer, wallet, tickets, { total, expiresAt, placed: moment, code });
    take(sale, order);
    if (code !== undefined) sale.usage.addUse(code, 1);
    sale.tickets.add(order);
    sale.orders.set(id, order);
    this.latest = order;
  }

  private change(
    event: Extract<
      SaleEvent,
      { type: 'OrderConfirmed' | 'OrderExpired' | 'OrderCancelled' | 'OrderRestored' | 'OrderRefunded' | 'UnitsReleased' }
    >,
    moment: Moment,
  ): void {
    const sale = this.mustBeOpen();
    const order = this.mustHave(event.data.order);
    if (event.type === 'UnitsReleased') {
      this.release(sale, order, event.data);
      return;
    }
    const { status } = order;
    this.move(sale, order, event.type);
    if (event.type === 'OrderCancelled') order.ended = 'cancelled';
    if (event.type === 'OrderRestored') {
      if (order.payment === undefined) sale.usage.addEndedHold(order.buyer, -1); // else its hold ended with a payment
      order.takeUpAgain();
      take(sale, order);
    }
    if (status !== 'held') return;
    sale.holds.end(order.order);
    if (event.type === 'OrderConfirmed') {
      sale.tally.sell(order.kept);
      if (event.data.payment !== undefined) this.pay(order, event.data.payment);
      order.reach('paid', moment);
    } else {
      this.letGo(order, order.kept);
      sale.usage.addEndedHold(order.buyer, 1);
    }
  }

  /** Its use of a discount code ends with it, and begins again when it is restored. */
  private move({ usage }: OpenedSale, order: Order, event: SaleEvent['type']): void {
    const wasLive = order.isLive;
    order.move(event);
    if (order.code !== undefined && order.isLive !== wasLive) usage.addUse(order.code, wasLive ? -1 : 1);
  }

  private endTickets({ order: id, tickets }: Data<'TicketsEnded'>): void {
    const order = this.mustHave(id);
    order.move('TicketsEnded');
    const isHeld = order.status === 'held';
    if (isHeld)
      this.letGo(
        order,
        tickets.map(({ ticket }) => order.ticket(ticket)),
      );
    for (const { ticket } of tickets) order.note(ticket, { ended: true, ...(isHeld && { state: 'released' }) });
  }

  /** Held units are available again. */
  private letGo(order: Order, tickets: readonly TicketPlaced[]): void {
    const sale = this.mustBeOpen();
    giveBack(sale, order, tickets);
    sale.tally.letGo(tickets);
  }

  /** Changes the order only if the organiser requested the refund: other refunds due are of money that never paid for it. */
  private owe(event: Extract<SaleEvent, { type: 'RefundOwed' }>): void {
    this.mustBeOpen().payments.evolve(event, this.clock);
    if (event.data.reason !== 'requested') return;
    const order = this.mustHave(event.data.order);
    this.move(this.mustBeOpen(), order, 'RefundOwed');
    order.ended = 'requested';
  }

  private pay(order: Order, payment: PaymentId): void {
    order.payment = payment;
    this.mustBeOpen().payments.pays(payment, order.order, order.total.currency);
  }

  private release(sale: OpenedSale, order: Order, { tickets, void: isVoid }: Data<'UnitsReleased'>): void {
    const own = order.tickets.filter(({ ticket }) => tickets.some((one) => one.ticket === ticket));
    giveBack(sale, order, own);
    sale.tally.takeBack(own);
    for (const { ticket } of tickets) order.note(ticket, { state: isVoid ? 'void' : 'released' });
  }

  private noteTickets(
    event: Extract<SaleEvent, { type: 'MintsRequested' | 'MintsHeld' | 'MintsResumed' | 'MintFailureNoted' | 'RevocationsRequested' }>,
    moment: Moment,
  ): void {
    const order = this.mustHave(event.data.order);
    if (event.type === 'MintFailureNoted') order.note(event.data.ticket, { state: 'failed' });
    else if (event.type === 'MintsHeld') for (const { ticket } of event.data.tickets) order.note(ticket, { state: 'held' });
    else if (event.type === 'RevocationsRequested') {
      const { tickets, override } = event.data;
      order.wasRevoked = true;
      for (const { ticket } of tickets) order.note(ticket, { state: 'revoking', ...(override && { overridden: override }) });
    } else {
      this.requestMints(order, event.data);
      order.reach('mint-asked', moment);
    }
  }

  private requestMints(order: Order, { wallet, tickets }: Data<'MintsRequested'>): void {
    const { usage } = this.mustBeOpen();
    for (const { ticket, request } of tickets) {
      usage.mintsRequested += request - order.progressOf(ticket).request;
      moveToWallet(usage, order, order.ticket(ticket), wallet);
      order.note(ticket, { state: 'asked', request });
    }
  }

  private mustBeOpen(): OpenedSale {
    if (this.opened === undefined) throw new Error('nothing happens in a sale before it is opened');
    return this.opened;
  }

  private mustHave(id: OrderId): Order {
    if (this.latest?.order === id) return this.latest;
    const order = this.mustBeOpen().orders.get(id);
    if (order === undefined) throw new Error(`order ${id} was never placed`);
    this.latest = order;
    return order;
  }
}

function take(sale: OpenedSale, order: Order): void {
  hold(sale, order, order.kept);
  if (order.expiresAt !== undefined) sale.holds.begin(order.order, order.expiresAt, order.heldFor);
}
