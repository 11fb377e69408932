import { GetOrder } from '#shared/domain/sale/commands.js';
import { ORDER_PATH } from '../addresses.js';
import { Order } from '../answers.js';
import type { Query } from '../operation.js';

export const orderGet = {
  name: 'order.get',
  method: 'order',
  summary: 'Reads an order from the log, with how far it came.',
  http: { path: ORDER_PATH },
  schema: GetOrder,
  answer: Order,
  problems: ['order-unknown'],
  read: (reads, tenant, body) => reads.order(tenant, body),
} as const satisfies Query;
