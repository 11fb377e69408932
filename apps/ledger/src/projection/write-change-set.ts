import type { QueryRunner } from 'typeorm';
import type { Schema } from '../database/names.js';
import { type Insert, upsertRows } from '../rows/table.js';
import { BALANCES, CHAINS, HEADS, ORDERS, PAYMENTS, SALES, SUSPENSIONS, TICKETS } from '../rows/tables.js';
import type { ChangeSet } from './ledger-poster.js';

/** Writes a change set except its entries, inside the caller's transaction. */
export async function writeChangeSet(
  runner: QueryRunner,
  schema: Schema,
  page: Omit<ChangeSet<never>, 'entries'>,
  insert: Insert,
): Promise<void> {
  const { made, changed, suspensions, balances, chains, heads } = page;
  await upsertRows(runner, schema, HEADS, heads);
  await insert(runner, schema, SALES, made.sales);
  await insert(runner, schema, ORDERS, made.orders);
  await insert(runner, schema, TICKETS, made.tickets);
  await insert(runner, schema, PAYMENTS, made.payments);
  await upsertRows(runner, schema, SALES, changed.sales);
  await upsertRows(runner, schema, ORDERS, changed.orders);
  await upsertRows(runner, schema, TICKETS, changed.tickets);
  await upsertRows(runner, schema, PAYMENTS, changed.payments);
  await upsertRows(runner, schema, SUSPENSIONS, suspensions);
  await upsertRows(runner, schema, BALANCES, balances);
  await upsertRows(runner, schema, CHAINS, chains);
}
