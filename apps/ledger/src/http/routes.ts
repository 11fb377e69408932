import type { z } from 'zod';
import type { FieldError } from '#shared/platform/problem.js';
import { validate } from '#shared/platform/validate.js';
import type { Asking, Paged } from '../queries/asking.js';
import { readBalances } from '../queries/balances.js';
import { readEntries } from '../queries/entries.js';
import { readOrders } from '../queries/orders.js';
import { BalancesQuery, EntriesQuery, OrdersQuery, RevenueQuery, TicketsQuery } from '../queries/questions.js';
import { readRevenue } from '../queries/revenue.js';
import { readTickets } from '../queries/tickets.js';
import { Balances, Entries, Orders, RevenueLines, Tickets } from './shapes.js';

/** The parsed query of a request. */
export interface Question {
  /** Its parameters except the page size. */
  readonly said: Readonly<Record<string, string>>;
  readonly sale: string | undefined;
  /** @param page overrides the page of the parameters */
  readonly answer: (asking: Asking, page?: Paged) => Promise<object>;
}

export interface Route {
  readonly path: `/v1/ledger${string}`;
  readonly operation: string;
  readonly summary: string;
  readonly description: string;
  /** The query parameters. */
  readonly query: z.ZodType;
  readonly answer: z.ZodType;
  /** Parameters that narrow the query: named in the problem of a query that reads too much. */
  readonly narrows: readonly string[];
  readonly understand: (address: Readonly<Record<string, unknown>>) => Question | { readonly errors: readonly FieldError[] };
}

type Row<Query extends z.ZodType> = Omit<Route, 'understand' | 'query'> & {
  readonly query: Query;
  readonly read: (asking: Asking, said: z.infer<Query>) => Promise<object>;
};

const PAGE: ReadonlySet<string> = new Set(['limit', 'cursor']);

function route<Query extends z.ZodType<{ sale?: string | undefined }>>({ read, ...row }: Row<Query>): Route {
  const understand: Route['understand'] = (address) => {
    const valid = validate(row.query, address);
    if ('errors' in valid) return valid;
    const said = Object.entries(address as Readonly<Record<string, string>>).filter(([name]) => !PAGE.has(name));
    return { said: Object.fromEntries(said), sale: valid.value.sale, answer: (asking, page) => read(asking, { ...valid.value, ...page }) };
  };
  return { ...row, understand };
}

/** Every query of the ledger over HTTP, one row each: routes, documentation and tests are generated from it. */
export const ROUTES: readonly Route[] = [
  route({
    path: '/v1/ledger',
    operation: 'ledger.entries',
    summary: 'List the entries of the ledger',
    description: 'In log order. An entry never changes: the entries after `after` and up to `upTo` are permanently the same.',
    query: EntriesQuery,
    answer: Entries,
    narrows: ['sale', 'order', 'ticket', 'after', 'upTo'],
    read: readEntries,
  }),
  route({
    path: '/v1/ledger/balances',
    operation: 'ledger.balances',
    summary: 'Read the balances of the accounts',
    description:
      'Current, or at an earlier point: `at` and `atTime` sum them from the entries. For pages of one point in time, give all of them the `position` of the first.',
    query: BalancesQuery,
    answer: Balances,
    narrows: ['sale'],
    read: readBalances,
  }),
  route({
    path: '/v1/ledger/orders',
    operation: 'ledger.orders',
    summary: 'List orders',
    description: 'Sorted by id, each in its current state. A row that exists when the first page is requested is on exactly one page.',
    query: OrdersQuery,
    answer: Orders,
    narrows: ['sale'],
    read: readOrders,
  }),
  route({
    path: '/v1/ledger/tickets',
    operation: 'ledger.tickets',
    summary: 'List tickets',
    description: 'Sorted by id, each in its current state. A row that exists when the first page is requested is on exactly one page.',
    query: TicketsQuery,
    answer: Tickets,
    narrows: ['sale', 'order'],
    read: readTickets,
  }),
  route({
    path: '/v1/ledger/revenue',
    operation: 'ledger.revenue',
    summary: 'List revenue by category and type',
    description:
      'What the sold tickets of each sale cost, by category and type. A line `ofNoTicket` has what the balance of revenue is more or less than that.',
    query: RevenueQuery,
    answer: RevenueLines,
    narrows: ['sale'],
    read: readRevenue,
  }),
];
