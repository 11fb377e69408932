import type { QueryRunner } from 'typeorm';
import { extendChain, type LedgerRow, NO_CHAIN } from '#shared/domain/ledger/entry.js';
import { postCommit } from '#shared/domain/ledger/post.js';
import { assertFollows, headOf, NO_HEAD } from '#shared/event-store/commit.js';
import type { Schema } from '../database/names.js';
import { readChain, readHead } from '../rows/read-rows.js';
import { insertRows, rowsWithKeys, upsertRows } from '../rows/table.js';
import { BALANCES, CHAINS, type ChainRow, ENTRIES, HEADS, type HeadRow, ORDERS, PAYMENTS, SALES, TICKETS } from '../rows/tables.js';
import { type Checkpoint, moveCheckpoint } from './checkpoint.js';
import type { PlacedCommit } from './commit-place.js';
import { readHalts, waits } from './halts.js';
import { loadBook } from './working-set.js';

/** From where to where a ledger is brought. */
export interface Span {
  readonly from: Checkpoint;
  readonly to: Checkpoint;
}

/**
 * Applies commits to a ledger and moves its checkpoint, inside the caller's transaction: all of it is there afterwards, or nothing. Those of a
 * tenant that is halted wait: they are in the log.
 * @returns how many entries were added, or `undefined` when somebody else has moved the checkpoint: then nothing was written
 * @throws Fault `log-broken` when a commit does not follow the one before it on its subject; `projection-refused` when one cannot be applied
 */
export async function applyCommits(
  runner: QueryRunner,
  schema: Schema,
  span: Span,
  commits: readonly PlacedCommit[],
): Promise<number | undefined> {
  if (!(await moveCheckpoint(runner, schema, span.from, span.to))) return undefined;
  const halts = await readHalts(runner, schema);
  return writeCommits(runner, schema, halts.length === 0 ? commits : commits.filter((commit) => !waits(halts, commit)));
}

/** The rows that commits make, and nothing about how far the ledger is. @returns how many entries were added */
export async function writeCommits(runner: QueryRunner, schema: Schema, commits: readonly PlacedCommit[]): Promise<number> {
  const unread = commits.find(({ unknown }) => unknown !== undefined);
  if (unread?.unknown !== undefined) throw unread.unknown;
  await upsertRows(runner, schema, HEADS, await followHeads(runner, schema, commits));
  const book = await loadBook(runner, schema, commits);
  const rows = commits.flatMap((commit) => postCommit(book, commit));
  await insertRows(runner, schema, ENTRIES, rows);
  await insertRows(runner, schema, SALES, book.sales.created());
  await insertRows(runner, schema, ORDERS, book.orders.created());
  await insertRows(runner, schema, TICKETS, book.tickets.created());
  await insertRows(runner, schema, PAYMENTS, book.payments.created());
  await upsertRows(runner, schema, SALES, book.sales.changed());
  await upsertRows(runner, schema, ORDERS, book.orders.changed());
  await upsertRows(runner, schema, TICKETS, book.tickets.changed());
  await upsertRows(runner, schema, PAYMENTS, book.payments.changed());
  await upsertRows(runner, schema, BALANCES, [...book.balances.changed()]);
  await upsertRows(runner, schema, CHAINS, await extendChains(runner, schema, rows));
  return rows.length;
}

/** The log's own chain, checked against where each subject stood when it was applied last. */
async function followHeads(runner: QueryRunner, schema: Schema, commits: readonly PlacedCommit[]): Promise<HeadRow[]> {
  const subjects = new Map(commits.map(({ tenant, subject }) => [subject, [tenant, subject] as const]));
  const known = (await rowsWithKeys(runner, schema, HEADS, [...subjects.values()])).map(readHead);
  const heads = new Map(known.map((head) => [head.subject, head]));
  for (const commit of commits) {
    assertFollows(heads.get(commit.subject) ?? NO_HEAD, commit);
    heads.set(commit.subject, { tenant: commit.tenant, subject: commit.subject, ...headOf(commit) });
  }
  return [...heads.values()];
}

async function extendChains(runner: QueryRunner, schema: Schema, rows: readonly LedgerRow[]): Promise<ChainRow[]> {
  const tenants = [...new Set(rows.map(({ tenant }) => tenant))];
  const known = (
    await rowsWithKeys(
      runner,
      schema,
      CHAINS,
      tenants.map((tenant) => [tenant]),
    )
  ).map(readChain);
  const chains = new Map(known.map((chain) => [chain.tenant, chain]));
  for (const row of rows) {
    const { tenant } = row;
    chains.set(tenant, { tenant, ...extendChain(chains.get(tenant) ?? NO_CHAIN, row) });
  }
  return [...chains.values()];
}
