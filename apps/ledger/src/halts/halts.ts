import type { QueryRunner } from 'typeorm';
import { isLedgerSubject } from '#shared/event-store/event-store.js';
import { Fault, isFault } from '#shared/kernel/fault.js';
import { LIVE, type Schema } from '../database/names.js';
import type { PlacedCommit } from '../projection/commit-place.js';
import { readHalt } from '../rows/read-rows.js';
import type { Value } from '../rows/table.js';
import { HALTS, type HaltRow } from '../rows/tables.js';

/** An operator reads the reason; a foreign error text may be long. */
const MAX_REASON_LETTERS = 1_000;

/** The maximum delay until a change by another process is noticed: a promotion exchanged the ledgers, or another projector repaired. */
export const POLL_MS = 2_000;

/** A connection, or a pool of them. */
type Queryable = { query(sql: string): Promise<unknown> };

/** The position of each tenant whose events cannot be applied: its ledger ends before that commit and contains nothing later. */
export async function readHalts(runner: Queryable, schema: Schema): Promise<HaltRow[]> {
  const rows = await runner.query(`select * from ${schema}.${HALTS.name} order by tenant`);
  return (rows as Record<string, unknown>[]).map(readHalt);
}

/** Whether the commit must wait for its halted tenant. A decision that may end the halt does not wait. */
export const waits = (
  halts: readonly HaltRow[],
  { tenant, sequence, subject }: Pick<PlacedCommit, 'tenant' | 'sequence' | 'subject'>,
): boolean => halts.some((halt) => halt.tenant === tenant && halt.sequence <= sequence) && !isLedgerSubject(subject);

/**
 * Records in the caller's transaction that the tenant's ledger ends before this commit. It replaces a halt at a later commit, which an
 * older version records when the checkpoint was set back: the repair skips commits that the ledger already contains.
 */
export async function halt(runner: QueryRunner, schema: Schema, row: HaltRow): Promise<HaltRow> {
  const places = valuesOf(row).map((_, index) => `$${index + 1}`);
  await runner.query(
    `insert into ${schema}.${HALTS.name} as halt (${COLUMNS}) values (${places.join(', ')})
     on conflict (tenant) do update set (${COLUMNS}) = row (${NAMES.map((name) => `excluded.${name}`).join(', ')}) where halt.sequence > excluded.sequence`,
    valuesOf(row),
  );
  return row;
}

/** @param decision the last decision on this commit that was known when it was refused */
export const haltOf = ({ tenant, sequence, subject }: PlacedCommit, refusal: Fault, decision: number | null): HaltRow => ({
  tenant,
  sequence,
  subject,
  reason: reasonOf(refusal),
  eventIndex: indexOf(refusal),
  decision,
  catchingUp: false,
});

const NAMES = Object.keys(HALTS.columns);
const COLUMNS = NAMES.join(', ');
const valuesOf = (row: HaltRow): Value[] => Object.values(HALTS.columns).map(([, value]) => value(row));

/**
 * Moves or removes a halt of the live ledger, if it is still at `from`: of two concurrent repairs, one fails here.
 * @returns whether it was moved
 */
export async function moveHalt(runner: QueryRunner, from: HaltRow, to: HaltRow | undefined): Promise<boolean> {
  const values = to === undefined ? [] : valuesOf(to);
  const change =
    to === undefined
      ? `delete from ${LIVE}.${HALTS.name}`
      : `update ${LIVE}.${HALTS.name} set (${COLUMNS}) = row (${values.map((_, index) => `$${index + 3}`).join(', ')})`;
  const [, moved]: [unknown, number] = await runner.query(`${change} where tenant = $1 and sequence = $2`, [
    from.tenant,
    from.sequence,
    ...values,
  ]);
  return moved === 1;
}

/**
 * Errors that mean a commit cannot be applied, as opposed to a temporary failure or a wrong ledger. A bug that one commit triggers counts
 * too: it must not stop the other tenants.
 */
export function refusalIn(thrown: unknown): Fault {
  if (isFault(thrown, 'projection-refused') || isFault(thrown, 'event-unknown')) return thrown;
  if (thrown instanceof TypeError || thrown instanceof RangeError || thrown instanceof SyntaxError)
    return new Fault('projection-refused', { reason: thrown.message }, { cause: thrown });
  throw thrown;
}

/** The rejected event of the commit, if one event was rejected. */
export function indexOf({ context }: Fault): number | null {
  return typeof context.eventIndex === 'number' ? context.eventIndex : null;
}

/** The text of the innermost error: the outer errors only add the position, which the halt records. */
export function reasonOf(refusal: Error): string {
  let inner: Error = refusal;
  while (inner.cause instanceof Error) inner = inner.cause;
  return inner.message.replaceAll('\u0000', '').slice(0, MAX_REASON_LETTERS);
}
