import type { z } from 'zod';
import { LIVE } from '../database/names.js';
import type { RawRow } from '../rows/table.js';
import type { Asking } from './asking.js';
import type { OrdersQuery } from './questions.js';
import { moment, optional, text } from './view.js';

/** Orders sorted by id: later orders do not change the place of earlier ones. */
export async function readOrders(asking: Asking, said: z.infer<typeof OrdersQuery>): Promise<object> {
  const wanted = asking
    .conditions()
    .equal('sale', said.sale)
    .equal('buyer', said.buyer)
    .equal('status', said.status)
    .behind(['order_id'], asking.after(said.cursor));
  const rows = await asking.rows(
    `select * from ${LIVE}.sale_order ${wanted.where} order by order_id limit ${said.limit + 1}`,
    wanted.values,
  );
  const [orders, next] = asking.page(rows, said.limit, orderView, (row) => [text(row, 'order_id')]);
  return { orders, ...next };
}

const orderView = (row: RawRow): object => ({
  order: text(row, 'order_id'),
  sale: text(row, 'sale'),
  buyer: text(row, 'buyer'),
  status: text(row, 'status'),
  total: { amount: text(row, 'total_minor'), currency: text(row, 'currency') },
  tickets: row.tickets,
  ...optional(row, { wallet: 'wallet', payment: 'payment', key: 'idempotency_key', expiresAt: 'expires_at' }),
  placedAt: moment(row, 'placed_at'),
  changedAt: moment(row, 'updated_at'),
});
