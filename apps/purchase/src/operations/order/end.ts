import { EndOrder } from '#shared/domain/sale/commands.js';
import { cancelOrder, refundOrder } from '#shared/domain/sale/orders/end-order.js';
import { orderView } from '../../reads/views.js';
import { ORDER_PATH } from '../addresses.js';
import { Order } from '../answers.js';
import { bodyOf, type Mutation } from '../operation.js';

const ending = {
  schema: EndOrder,
  answer: Order,
  status: 200,
  view: (sale, command, version) => orderView(sale, bodyOf<EndOrder>(command).order, version),
} as const satisfies Partial<Mutation>;
const ENDING_REFUSALS = ['sale-unknown', 'order-unknown', 'order-ended', 'ticket-unknown'] as const;

export const orderCancel = {
  ...ending,
  name: 'order.cancel',
  method: 'cancelOrder',
  summary: 'Gives up an order that is not paid, or tickets of it.',
  http: { path: `${ORDER_PATH}/cancel`, location: ORDER_PATH, example: {} },
  refusals: [...ENDING_REFUSALS, 'order-paid', 'irrevocable'],
  decide: (sale, command) => cancelOrder(sale, bodyOf(command)),
} as const satisfies Mutation;

export const orderRefund = {
  ...ending,
  name: 'order.refund',
  method: 'refundOrder',
  summary: 'Gives up an order that was paid for, or tickets of it: their price is due back from now on.',
  http: { path: `${ORDER_PATH}/refund`, location: ORDER_PATH, example: {} },
  refusals: [...ENDING_REFUSALS, 'order-not-paid', 'irrevocable'],
  decide: (sale, command) => refundOrder(sale, bodyOf(command)),
} as const satisfies Mutation;
