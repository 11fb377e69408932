import type { QueryRunner } from 'typeorm';
import { NO_CHAIN } from '#shared/domain/ledger/entry.js';
import { isSuspended } from '#shared/domain/ledger/suspension.js';
import type { Recorded } from '#shared/domain/recorded.js';
import { Fault } from '#shared/kernel/fault.js';
import type { Schema } from '../database/names.js';
import { readBalance, readChain, readHead, readOrder, readPayment, readSale, readTicket } from '../rows/read-rows.js';
import { rowsWithKeys } from '../rows/table.js';
import { BALANCES, CHAINS, HEADS, ORDERS, PAYMENTS, SALES, TICKETS } from '../rows/tables.js';
import type { PlacedCommit } from './commit-place.js';
import type { LedgerPoster } from './ledger-poster.js';

type Key = readonly string[];
/** A payment is loaded with all its reported orders and currencies. */
const PAYMENT_ID = ['tenant', 'sale', 'payment'];

/** Loads every row that these commits refer to, do not create themselves, and that is not loaded yet. Queries nothing if all are loaded. */
export async function loadMissing(
  runner: QueryRunner,
  schema: Schema,
  poster: LedgerPoster<unknown>,
  commits: readonly PlacedCommit[],
): Promise<void> {
  const missing = missingFrom(poster, commits);
  if (missing === undefined) return;
  const { book } = poster;
  const read = (table: Parameters<typeof rowsWithKeys>[2], keys: readonly Key[]) => rowsWithKeys(runner, schema, table, keys);
  for (const head of (await read(HEADS, missing.subjects)).map(readHead)) poster.heads.set(head.subject, head);
  for (const [tenant = ''] of missing.tenants) poster.chains.set(tenant, { tenant, ...NO_CHAIN });
  for (const chain of (await read(CHAINS, missing.tenants)).map(readChain)) poster.chains.set(chain.tenant, chain);
  for (const raw of await read({ name: BALANCES.name, key: SALES.key }, missing.sales)) book.balances.load(readBalance(raw));
  for (const raw of await read(SALES, missing.closing)) book.sales.load(readSale(raw));
  const known = (await read(ORDERS, missing.orders)).map(readOrder);
  for (const order of known) book.orders.load(order);
  const theirs = known.flatMap(({ tenant, tickets: ids }) => ids.map((ticket): Key => [tenant, ticket]));
  const tickets = distinct([...missing.tickets, ...theirs]).filter(([tenant = '', id = '']) => book.tickets.get(tenant, id) === undefined);
  for (const raw of await read(TICKETS, tickets)) book.tickets.load(readTicket(raw));
  const inClearing = await read({ name: PAYMENTS.name, key: SALES.key, only: 'clearing_minor > 0' }, missing.sales);
  const waiting = inClearing.map(readPayment).map(({ tenant, sale, payment }): Key => [tenant, sale, payment]);
  const payments = distinct([...missing.payments, ...waiting]).filter(
    ([tenant = '', sale = '', id = '']) => !book.payments.knows(tenant, sale, id),
  );
  for (const raw of await read({ name: PAYMENTS.name, key: PAYMENT_ID }, payments)) book.payments.load(readPayment(raw));
  for (const key of missing.sales) poster.sales.add(key.join(' '));
}

interface Missing extends References {
  readonly subjects: Key[];
  readonly tenants: Key[];
  readonly sales: Key[];
}

/** `undefined`: nothing. */
export function missingFrom({ book, heads, chains, sales }: LedgerPoster<unknown>, commits: readonly PlacedCommit[]): Missing | undefined {
  const named = referencesOf(commits);
  const missing: Missing = {
    subjects: distinct(commits.filter(({ subject }) => !heads.has(subject)).map(({ tenant, subject }) => [tenant, subject])),
    tenants: distinct(commits.filter(({ tenant }) => !chains.has(tenant)).map(({ tenant }) => [tenant])),
    sales: distinct(commits.filter(({ tenant, sale }) => !sales.has(`${tenant} ${sale}`)).map(({ tenant, sale }) => [tenant, sale])),
    orders: named.orders.filter(([tenant = '', order = '']) => book.orders.get(tenant, order) === undefined),
    tickets: named.tickets.filter(([tenant = '', ticket = '']) => book.tickets.get(tenant, ticket) === undefined),
    payments: named.payments.filter(([tenant = '', sale = '', payment = '']) => !book.payments.knows(tenant, sale, payment)),
    closing: named.closing.filter(([tenant = '', sale = '']) => book.sales.get(tenant, sale) === undefined),
  };
  return Object.values(missing).some((keys: readonly Key[]) => keys.length > 0) ? missing : undefined;
}

interface References {
  readonly orders: Key[];
  readonly tickets: Key[];
  readonly payments: Key[];
  /** Sales whose own row changes. */
  readonly closing: Key[];
}

/** The rows to load: named by an event, and not created by an earlier one of the same commits. */
function referencesOf(commits: readonly PlacedCommit[]): References {
  const made = new Map<string, Set<string>>();
  const found: References = { orders: [], tickets: [], payments: [], closing: [] };
  for (const commit of commits) {
    const madeHere = made.get(commit.tenant) ?? new Set();
    made.set(commit.tenant, madeHere);
    try {
      for (const [index, event] of commit.events.entries())
        if (!isSuspended(commit.suspended, index)) noteNames(found, madeHere, commit, event);
    } catch (cause) {
      throw new Fault('projection-refused', { tenant: commit.tenant, sequence: commit.sequence }, { cause });
    }
  }
  return { ...found, orders: distinct(found.orders), tickets: distinct(found.tickets), payments: distinct(found.payments) };
}

function noteNames(found: References, made: Set<string>, { tenant, sale }: PlacedCommit, event: Recorded): void {
  const order = (id: string): unknown => made.has(id) || found.orders.push([tenant, id]);
  const ticket = (id: string): unknown => made.has(id) || found.tickets.push([tenant, id]);
  switch (event.type) {
    case 'OrderPlaced':
      made.add(event.data.order);
      for (const placed of event.data.tickets) made.add(placed.ticket);
      return;
    case 'OrderConfirmed':
    case 'PaymentReceived':
    case 'RefundOwed':
    case 'RefundPaid':
    case 'RefundFailed':
    case 'DisputeOpened':
    case 'DisputeWon':
    case 'DisputeLost':
    case 'OrderPaymentChanged':
      order(event.data.order);
      if (event.data.payment !== undefined) found.payments.push([tenant, sale, event.data.payment]);
      return;
    case 'OrderExpired':
    case 'OrderCancelled':
    case 'OrderRestored':
    case 'OrderRefunded':
      order(event.data.order);
      return;
    case 'UnitsReleased':
    case 'TicketsEnded':
      order(event.data.order);
      for (const named of event.data.tickets) ticket(named.ticket);
      return;
    case 'MintsRequested':
    case 'RevocationsRequested':
      for (const asked of event.data.tickets) ticket(asked.ticket);
      return;
    case 'MintPlanned':
    case 'MintSubmitted':
    case 'MintAttemptDied':
    case 'MintCompleted':
    case 'MintFailed':
    case 'MintCancelled':
    case 'MintRevokeSubmitted':
    case 'MintRevokeDied':
    case 'MintRevoked':
    case 'MintVoided':
      ticket(event.data.ticket);
      return;
    case 'SaleClosed':
    case 'SaleChanged':
      found.closing.push([tenant, sale]);
      return;
    default:
      return; // it refers to nothing; or it has a later version, and posting refuses it with its position
  }
}

const distinct = (keys: readonly Key[]): Key[] => [...new Map(keys.map((key) => [key.join(' '), key])).values()];
