import type { z } from 'zod';
import { LIVE } from '../database/names.js';
import type { RawRow } from '../rows/table.js';
import type { Asking } from './asking.js';
import type { TicketsQuery } from './questions.js';
import { saleOf } from './sale-of.js';
import { moment, optional, text } from './view.js';

/** Tickets sorted by id, with the state of their mints. */
export async function readTickets(asking: Asking, said: z.infer<typeof TicketsQuery>): Promise<object> {
  const wanted = asking
    .conditions()
    .equal('sale', await saleOf(asking, said))
    .equal('order_id', said.order)
    .equal('wallet', said.wallet)
    .equal('status', said.status)
    .behind(['ticket'], asking.after(said.cursor));
  const rows = await asking.rows(`select * from ${LIVE}.ticket ${wanted.where} order by ticket limit ${said.limit + 1}`, wanted.values);
  const [tickets, next] = asking.page(rows, said.limit, ticketView, (row) => [text(row, 'ticket')]);
  return { tickets, ...next };
}

const ticketView = (row: RawRow): object => ({
  ticket: text(row, 'ticket'),
  sale: text(row, 'sale'),
  unit: text(row, 'unit'),
  order: text(row, 'order_id'),
  buyer: text(row, 'buyer'),
  status: text(row, 'status'),
  attempts: Number(row.attempts),
  price: text(row, 'price_minor'),
  ...optional(row, {
    label: 'label',
    category: 'category',
    type: 'ticket_type',
    wallet: 'wallet',
    asset: 'asset',
    signature: 'signature',
    slot: 'slot',
    holder: 'holder',
    failure: 'failure',
  }),
  changedAt: moment(row, 'updated_at'),
});
