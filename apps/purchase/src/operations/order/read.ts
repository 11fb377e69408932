import { GetOrder } from '#shared/domain/sale/commands.js';
import { ORDER_PATH } from '../addresses.js';
import { Order } from '../answers.js';
import type { Query } from '../operation.js';

export const orderGet = {
  name: 'order.get',
  method: 'order',
  summary: 'Reads an order and its progress from the log.',
  http: { path: ORDER_PATH },
  schema: GetOrder,
  answer: Order,
  problems: ['order-unknown'],
  read: (reads, tenant, body) => reads.order(tenant, body),
} as const satisfies Query;
