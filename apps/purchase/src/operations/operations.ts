import type { z } from 'zod';
import type { Decision } from '#shared/domain/refusal.js';
import { closeSale } from '#shared/domain/sale/close-sale.js';
import {
  CloseSale,
  DisputeNotification,
  EndOrder,
  MintTickets,
  OpenSale,
  PaymentNotification,
  PlaceOrder,
  RefundNotification,
  readOpening,
} from '#shared/domain/sale/commands.js';
import type { SaleEvent } from '#shared/domain/sale/events.js';
import { type MintResult, noteMintFailure, releaseUnit } from '#shared/domain/sale/mint-result.js';
import { openSale } from '#shared/domain/sale/open-sale.js';
import { cancelOrder, refundOrder } from '#shared/domain/sale/orders/end-order.js';
import { placeOrder } from '#shared/domain/sale/orders/place-order.js';
import { requestMints } from '#shared/domain/sale/orders/request-mints.js';
import { confirmPayment, disputePayment, failPayment, refundPayment } from '#shared/domain/sale/payments/payment-notifications.js';
import type { Sale } from '#shared/domain/sale/sale.js';
import { type OrderId, orderId, type SaleId } from '#shared/kernel/ids.js';
import { mintsView, orderView, paymentView, saleView } from '../reads/views.js';
import type { Command } from '../requests/command.js';

/** One thing that can be asked: how its body is read, decided, and answered once it is accepted. */
interface Operation {
  /** Absent: asked by reactors only, never by callers. */
  readonly schema?: z.ZodType<{ readonly sale: SaleId }>;
  /** A payment provider is behind it: it is never refused for the ids that it comes with. */
  readonly reportsMoney?: true;
  /** The status of an accepted one: 201 where something new is made. */
  readonly status: 200 | 201;
  readonly decide: (sale: Sale, command: Command, at: number) => Decision<SaleEvent>;
  /** The answer, from the state it led to. */
  readonly view: (sale: Sale, command: Command, version: number) => object;
}

/** The bodies of commands are read by their schemas before they are stored; what is stored is the body as it was sent. */
const read = <T>(command: Command): T => command.request as unknown as T;
const placed = ({ tenant, sale, key }: Command): OrderId => orderId(tenant, sale, key);
const named = (command: Command): OrderId => read<EndOrder>(command).order;
const nothing = (): object => ({});

const payment = <T>(schema: Operation['schema'], decide: (sale: Sale, reported: T, key: string) => Decision<SaleEvent>) =>
  ({
    ...(schema && { schema }),
    reportsMoney: true,
    status: 200,
    decide: (sale, command) => decide(sale, read(command), command.key),
    view: (sale, command, version) => paymentView(sale, read(command), version),
  }) satisfies Operation;
const ending = (decide: (sale: Sale, command: EndOrder) => Decision<SaleEvent>): Operation => ({
  schema: EndOrder,
  status: 200,
  decide: (sale, command) => decide(sale, read(command)),
  view: (sale, command, version) => orderView(sale, named(command), version),
});
const news = (decide: (sale: Sale, told: MintResult) => Decision<SaleEvent>): Operation => ({
  status: 200,
  decide: (sale, command) => decide(sale, read(command)),
  view: nothing,
});

/** Everything that can change a sale. */
export const OPERATIONS = {
  'sale.open': {
    schema: OpenSale,
    status: 201,
    decide: (sale, { request }) => openSale(sale, readOpening(request as unknown as Parameters<typeof readOpening>[0])),
    view: (sale, _, version) => saleView(sale, version),
  },
  'sale.close': {
    schema: CloseSale,
    status: 200,
    decide: (sale, command) => closeSale(sale, read(command)),
    view: (sale, _, version) => saleView(sale, version),
  },
  'order.place': {
    schema: PlaceOrder,
    status: 201,
    decide: (sale, command, at) => placeOrder(sale, { tenant: command.tenant, order: placed(command), command: read(command) }, at),
    view: (sale, command, version) => orderView(sale, placed(command), version),
  },
  'order.cancel': ending(cancelOrder),
  'order.refund': ending(refundOrder),
  'payment.confirm': payment(PaymentNotification, confirmPayment),
  'payment.fail': payment(PaymentNotification, failPayment),
  'payment.refunded': payment(RefundNotification, refundPayment),
  'payment.disputed': payment(DisputeNotification, disputePayment),
  'ticket.mint': {
    schema: MintTickets,
    status: 200,
    decide: (sale, command) => requestMints(sale, read(command)),
    view: (sale, command, version) => mintsView(sale, read<MintTickets>(command).tickets, version),
  },
  /** Reactors: time has passed; a mint failed; a mint was cancelled, its asset burned or its ticket made void. */
  'sale.sweep': { status: 200, decide: () => ({ events: [] }), view: nothing },
  'ticket.mint-failed': news(noteMintFailure),
  'ticket.release': news(releaseUnit),
} as const satisfies Readonly<Record<string, Operation>>;

export type OperationName = keyof typeof OPERATIONS;

export const operation = (name: OperationName): Operation => OPERATIONS[name];
export const isOperation = (name: string): name is OperationName => Object.hasOwn(OPERATIONS, name);
