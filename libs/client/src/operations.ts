import type { MintsAnswer, Order, PaymentAnswer, Receipt, RefundsDueList, Sale, Ticket } from './answers.js';
import type {
  DisputeNotification,
  EndOrder,
  MintTickets,
  OpenSale,
  OrderRef,
  PaymentNotification,
  PlaceOrder,
  RefundNotification,
  SaleRef,
  TicketRef,
} from './requests.js';

/** What changes something: asked with a key. */
export interface Mutations {
  'sale.open': { readonly body: OpenSale; readonly answer: Sale };
  'sale.close': { readonly body: SaleRef; readonly answer: Sale };
  'order.place': { readonly body: PlaceOrder; readonly answer: Order };
  'order.cancel': { readonly body: EndOrder; readonly answer: Order };
  'order.refund': { readonly body: EndOrder; readonly answer: Order };
  'payment.confirm': { readonly body: PaymentNotification; readonly answer: PaymentAnswer };
  'payment.fail': { readonly body: PaymentNotification; readonly answer: PaymentAnswer };
  'payment.refunded': { readonly body: RefundNotification; readonly answer: PaymentAnswer };
  'payment.disputed': { readonly body: DisputeNotification; readonly answer: PaymentAnswer };
  'ticket.mint': { readonly body: MintTickets; readonly answer: MintsAnswer };
}

/** What only looks. */
export interface Reads {
  'sale.get': { readonly body: SaleRef; readonly answer: Sale };
  'sale.refunds-due': { readonly body: SaleRef; readonly answer: RefundsDueList };
  'order.get': { readonly body: OrderRef; readonly answer: Order };
  'ticket.get': { readonly body: TicketRef; readonly answer: Ticket };
  'ticket.receipt': { readonly body: TicketRef; readonly answer: Receipt };
}

export type MutationName = keyof Mutations;
export type ReadName = keyof Reads;
export type OperationName = MutationName | ReadName;
