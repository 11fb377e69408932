import { LIVE } from '../database/names.js';
import type { Asking } from './asking.js';
import { text } from './view.js';

interface Named {
  readonly sale?: string | undefined;
  readonly order?: string | undefined;
  readonly ticket?: string | undefined;
}

/**
 * The queried sale, or the sale of the order or ticket, because rows are indexed by sale. Undefined when the ledger has none of this
 * name: payments may precede their order.
 */
export async function saleOf(asking: Asking, { sale, order, ticket }: Named): Promise<string | undefined> {
  if (sale !== undefined || (order === undefined && ticket === undefined)) return sale;
  const [table, key, name] = order === undefined ? ['ticket', 'ticket', ticket] : ['sale_order', 'order_id', order];
  const wanted = asking.conditions().equal(key, name);
  const [row] = await asking.rows(`select sale from ${LIVE}.${table} ${wanted.where}`, wanted.values);
  return row === undefined ? undefined : text(row, 'sale');
}
