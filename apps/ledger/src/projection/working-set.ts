import type { QueryRunner } from 'typeorm';
import { Book } from '#shared/domain/ledger/book.js';
import type { Recorded } from '#shared/domain/recorded.js';
import type { Schema } from '../database/names.js';
import { readBalance, readOrder, readPayment, readSale, readTicket } from '../rows/read-rows.js';
import { rowsWithKeys } from '../rows/table.js';
import { BALANCES, ORDERS, PAYMENTS, SALES, TICKETS } from '../rows/tables.js';
import type { PlacedCommit } from './commit-place.js';

type Key = readonly string[];

/** The book that these commits are posted to, with everything in it that they speak of and do not make themselves. */
export async function loadBook(runner: QueryRunner, schema: Schema, commits: readonly PlacedCommit[]): Promise<Book> {
  const book = new Book();
  const { orders, tickets, payments, closing } = referencesOf(commits);
  const sales = distinct(commits.map(({ tenant, sale }) => [tenant, sale]));
  for (const raw of await rowsWithKeys(runner, schema, { name: BALANCES.name, key: SALES.key }, sales))
    book.balances.load(readBalance(raw));
  for (const raw of await rowsWithKeys(runner, schema, SALES, closing)) book.sales.load(readSale(raw));
  const known = (await rowsWithKeys(runner, schema, ORDERS, orders)).map(readOrder);
  for (const order of known) book.orders.load(order);
  const theirs = known.flatMap(({ tenant, tickets: ids }) => ids.map((ticket): Key => [tenant, ticket]));
  for (const raw of await rowsWithKeys(runner, schema, TICKETS, distinct([...tickets, ...theirs]))) book.tickets.load(readTicket(raw));
  const inClearing = await rowsWithKeys(runner, schema, { name: PAYMENTS.name, key: SALES.key, only: 'clearing_minor > 0' }, sales);
  for (const raw of [...inClearing, ...(await rowsWithKeys(runner, schema, PAYMENTS, payments))]) book.payments.load(readPayment(raw));
  return book;
}

interface References {
  readonly orders: Key[];
  readonly tickets: Key[];
  readonly payments: Key[];
  /** Sales whose own row changes. */
  readonly closing: Key[];
}

/** What must be looked up: named by an event, and not made by an earlier one of the same commits. */
function referencesOf(commits: readonly PlacedCommit[]): References {
  const made = new Set<string>();
  const found: References = { orders: [], tickets: [], payments: [], closing: [] };
  for (const { tenant, sale, events } of commits) {
    for (const event of events) {
      const names = namesIn(event);
      const unmade = (ids: readonly string[]): Key[] => ids.filter((id) => !made.has(`${tenant} ${id}`)).map((id) => [tenant, id]);
      if (event.type === 'SaleClosed') found.closing.push([tenant, sale]);
      for (const id of names.makes) made.add(`${tenant} ${id}`);
      found.orders.push(...unmade(names.orders));
      found.tickets.push(...unmade(names.tickets));
      if (names.payment !== undefined) found.payments.push([tenant, sale, names.payment]);
    }
  }
  return { ...found, orders: distinct(found.orders), payments: distinct(found.payments) };
}

interface Names {
  readonly makes: readonly string[];
  readonly orders: readonly string[];
  readonly tickets: readonly string[];
  readonly payment?: string | undefined;
}

const NOTHING: Names = { makes: [], orders: [], tickets: [] };
const ticketsIn = (tickets: readonly { readonly ticket: string }[]): string[] => tickets.map(({ ticket }) => ticket);

function namesIn(event: Recorded): Names {
  switch (event.type) {
    case 'CommandDecided':
    case 'SaleOpened':
    case 'SaleClosed':
    case 'PaymentFailed':
    case 'MintFailureNoted':
      return NOTHING;
    case 'OrderPlaced':
      return { ...NOTHING, makes: [event.data.order, ...ticketsIn(event.data.tickets)] };
    case 'OrderConfirmed':
      return { ...NOTHING, orders: [event.data.order], payment: event.data.payment };
    case 'OrderExpired':
    case 'OrderCancelled':
    case 'OrderRestored':
    case 'OrderRefunded':
      return { ...NOTHING, orders: [event.data.order] };
    case 'PaymentReceived':
    case 'RefundOwed':
    case 'RefundPaid':
      return { ...NOTHING, orders: [event.data.order], payment: event.data.payment };
    case 'UnitsReleased':
      return { ...NOTHING, orders: [event.data.order], tickets: ticketsIn(event.data.tickets) };
    case 'MintsRequested':
    case 'RevocationsRequested':
      return { ...NOTHING, tickets: ticketsIn(event.data.tickets) };
    case 'MintPlanned':
    case 'MintSubmitted':
    case 'MintAttemptDied':
    case 'MintCompleted':
    case 'MintFailed':
    case 'MintCancelled':
    case 'MintRevokeSubmitted':
    case 'MintRevokeDied':
    case 'MintRevoked':
      return { ...NOTHING, tickets: [event.data.ticket] };
    default:
      return NOTHING; // of a later version: posting refuses it, with its place
  }
}

const distinct = (keys: readonly Key[]): Key[] => [...new Map(keys.map((key) => [key.join(' '), key])).values()];
