import type { z } from 'zod';
import { LIVE } from '../database/names.js';
import type { RawRow } from '../rows/table.js';
import type { Asking } from './asking.js';
import { Conditions } from './conditions.js';
import type { RevenueQuery } from './questions.js';
import { text } from './view.js';

/** Sold tickets that are not being revoked. */
export const SOLD = "('sold', 'minting', 'minted', 'mint-failed')";
/** Their prices, by sale, category and type. */
export const SOLD_KINDS = 'sale, category, ticket_type';
export const SOLD_LINES =
  "sale, coalesce(category, '') as category, coalesce(ticket_type, '') as ticket_type, count(*) as tickets, sum(price_minor) as amount";
/** For each sale, prices by category and type come first, then the amount without either. */
const ORDER = ['sale', 'rest', 'category', 'ticket_type'];

/**
 * Prices of sold tickets, by sale, category and type. The difference to the revenue balance belongs to no single ticket: a partial refund
 * by the payment provider, or a partial dispute. All amounts of a sale add up to its balance.
 */
export async function readRevenue(asking: Asking, said: z.infer<typeof RevenueQuery>): Promise<object> {
  const owned = asking.conditions().equal('sale', said.sale);
  const wanted = new Conditions(owned.values).behind(ORDER, asking.after(said.cursor)).and('(rest = 0 or amount <> 0)');
  const rows = await asking.rows(
    `with sold as (
       select ${SOLD_LINES} from ${LIVE}.ticket ${owned.where} and status in ${SOLD} group by ${SOLD_KINDS}),
     lines as (
       select sale, 0 as rest, category, ticket_type, tickets, amount from sold
       union all
       select sale, 1, '', '', 0, balance.amount - coalesce((select sum(sold.amount) from sold where sold.sale = balance.sale), 0)
       from ${LIVE}.account_balance balance ${owned.where} and account = 'revenue'),
     currencies as (select sale, currency from ${LIVE}.sale ${owned.where})
     select lines.*, currency from lines join currencies using (sale) ${wanted.where}
     order by ${ORDER.join(', ')} limit ${said.limit + 1}`,
    owned.values,
  );
  const [revenue, next] = asking.page(rows, said.limit, lineOf, (row) => ORDER.map((column) => text(row, column)));
  return { revenue, ...next };
}

const lineOf = (row: RawRow): object => ({
  sale: text(row, 'sale'),
  currency: text(row, 'currency'),
  ...named('category', row.category),
  ...named('type', row.ticket_type),
  ...(Number(row.rest) === 1 && { ofNoTicket: true }),
  tickets: Number(row.tickets),
  amount: text(row, 'amount'),
});

const named = (member: string, name: unknown): object => (name === '' ? {} : { [member]: name });
