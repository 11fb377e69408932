import type { QueryRunner } from 'typeorm';
import { Book } from '#shared/domain/ledger/book.js';
import type { Recorded } from '#shared/domain/recorded.js';
import type { Schema } from '../database/names.js';
import { readBalance, readOrder, readTicket } from '../rows/read-rows.js';
import { rowsWithKeys } from '../rows/table.js';
import { BALANCES, ORDERS, TICKETS } from '../rows/tables.js';
import type { PlacedCommit } from './commit-place.js';

type Key = readonly string[];

/** The book that these commits are posted to, with everything in it that they speak of and do not make themselves. */
export async function loadBook(runner: QueryRunner, schema: Schema, commits: readonly PlacedCommit[]): Promise<Book> {
  const book = new Book();
  const { orders, tickets, sales } = referencesOf(commits);
  for (const raw of await rowsWithKeys(runner, schema, { name: BALANCES.name, key: ['tenant', 'sale'] }, sales))
    book.balances.load(readBalance(raw));
  const known = (await rowsWithKeys(runner, schema, ORDERS, orders)).map(readOrder);
  for (const order of known) book.orders.load(order);
  const theirs = known.flatMap(({ tenant, tickets: ids }) => ids.map((ticket): Key => [tenant, ticket]));
  for (const raw of await rowsWithKeys(runner, schema, TICKETS, distinct([...tickets, ...theirs]))) book.tickets.load(readTicket(raw));
  return book;
}

interface References {
  readonly sales: Key[];
  readonly orders: Key[];
  readonly tickets: Key[];
}

/** What must be looked up: named by an event, and not made by an earlier one of the same commits. */
function referencesOf(commits: readonly PlacedCommit[]): References {
  const made = new Set<string>();
  const keys: { orders: Key[]; tickets: Key[] } = { orders: [], tickets: [] };
  for (const { tenant, names } of commits.flatMap(({ tenant, events }) => events.map((event) => ({ tenant, names: namesIn(event) })))) {
    const unmade = (ids: readonly string[]): Key[] => ids.filter((id) => !made.has(`${tenant} ${id}`)).map((id) => [tenant, id]);
    for (const id of names.makes) made.add(`${tenant} ${id}`);
    keys.orders.push(...unmade(names.orders));
    keys.tickets.push(...unmade(names.tickets));
  }
  return { sales: distinct(commits.map(({ tenant, sale }) => [tenant, sale])), orders: distinct(keys.orders), tickets: keys.tickets };
}

interface Names {
  readonly makes: readonly string[];
  readonly orders: readonly string[];
  readonly tickets: readonly string[];
}

const NOTHING: Names = { makes: [], orders: [], tickets: [] };

function namesIn(event: Recorded): Names {
  switch (event.type) {
    case 'CommandDecided':
    case 'SaleOpened':
      return NOTHING;
    case 'OrderPlaced':
      return { ...NOTHING, makes: [event.data.order, ...event.data.tickets.map(({ ticket }) => ticket)] };
    case 'OrderConfirmed':
      return { ...NOTHING, orders: [event.data.order] };
    case 'MintsRequested':
      return { ...NOTHING, tickets: event.data.tickets.map(({ ticket }) => ticket) };
    case 'MintPlanned':
    case 'MintSubmitted':
    case 'MintAttemptDied':
    case 'MintCompleted':
    case 'MintFailed':
      return { ...NOTHING, tickets: [event.data.ticket] };
    default:
      return NOTHING; // of a later version: posting refuses it, with its place
  }
}

const distinct = (keys: readonly Key[]): Key[] => [...new Map(keys.map((key) => [key.join(' '), key])).values()];
