import type { QueryRunner } from 'typeorm';
import { isLedgerSubject } from '#shared/event-store/event-store.js';
import { Fault, isFault } from '#shared/kernel/fault.js';
import { LIVE, type Schema } from '../database/names.js';
import type { PlacedCommit } from '../projection/commit-place.js';
import { readHalt } from '../rows/read-rows.js';
import { HALTS, type HaltRow } from '../rows/tables.js';

/** A reason is read by an operator; what a foreign error says may be long. */
const MAX_REASON_LETTERS = 1_000;

/** How soon it is noticed that others changed who is halted: a promotion exchanged the ledgers, or another projector repaired. */
export const LOOK_MS = 2_000;

/** A connection, or a pool of them. */
type Asked = { query(sql: string): Promise<unknown> };

/** Where each tenant stands whose events cannot be applied: its ledger is as of the commit before, and nothing later is in it. */
export async function readHalts(runner: Asked, schema: Schema): Promise<HaltRow[]> {
  const rows = await runner.query(`select * from ${schema}.${HALTS.name} order by tenant`);
  return (rows as Record<string, unknown>[]).map(readHalt);
}

/** Whether the commit waits for its tenant to go on. A decision that may let it go on does not. */
export const waits = (
  halts: readonly HaltRow[],
  { tenant, sequence, subject }: Pick<PlacedCommit, 'tenant' | 'sequence' | 'subject'>,
): boolean => halts.some((halt) => halt.tenant === tenant && halt.sequence <= sequence) && !isLedgerSubject(subject);

/**
 * Writes down that the tenant goes no further than before this commit, inside the caller's transaction. One that is halted at a later one, which
 * an older version finds when the checkpoint was set back, stands here from now on: its repair passes over what is in its ledger already.
 */
export async function halt(runner: QueryRunner, schema: Schema, commit: PlacedCommit, refusal: Fault): Promise<HaltRow> {
  const { tenant, sequence, subject } = commit;
  const row = { tenant, sequence, subject, reason: reasonOf(refusal), eventIndex: indexOf(refusal) };
  await runner.query(
    `insert into ${schema}.${HALTS.name} as halt (tenant, sequence, subject, reason, event_index) values ($1, $2, $3, $4, $5) on conflict (tenant) do update
       set sequence = excluded.sequence, subject = excluded.subject, reason = excluded.reason, event_index = excluded.event_index where halt.sequence > excluded.sequence`,
    [row.tenant, row.sequence, row.subject, row.reason, row.eventIndex],
  );
  return row;
}

/**
 * Moves a halt of the live ledger, or ends it, if it still stands where `from` says: of two who repair, one loses here.
 * @returns whether it was moved
 */
export async function moveHalt(runner: QueryRunner, from: HaltRow, to: Omit<HaltRow, 'tenant'> | undefined): Promise<boolean> {
  const where = 'where tenant = $1 and sequence = $2';
  const place = [from.tenant, from.sequence];
  const [, moved]: [unknown, number] =
    to === undefined
      ? await runner.query(`delete from ${LIVE}.${HALTS.name} ${where}`, place)
      : await runner.query(`update ${LIVE}.${HALTS.name} set sequence = $3, subject = $4, reason = $5, event_index = $6 ${where}`, [
          ...place,
          to.sequence,
          to.subject,
          to.reason,
          to.eventIndex,
        ]);
  return moved === 1;
}

/**
 * What says that a commit cannot be applied, as opposed to: not now, or not to this ledger. A bug that one commit brings out is of this kind
 * too: it must not stop the other tenants.
 */
export function refusalIn(thrown: unknown): Fault {
  if (isFault(thrown, 'projection-refused') || isFault(thrown, 'event-unknown')) return thrown;
  if (thrown instanceof TypeError || thrown instanceof RangeError || thrown instanceof SyntaxError)
    return new Fault('projection-refused', { reason: thrown.message }, { cause: thrown });
  throw thrown;
}

/** Which event of the commit was refused, where it was one. */
export function indexOf({ context }: Fault): number | null {
  return typeof context.eventIndex === 'number' ? context.eventIndex : null;
}

/** What the innermost error says: the outer ones tell the place, which the halt knows. */
export function reasonOf(refusal: Error): string {
  let inner: Error = refusal;
  while (inner.cause instanceof Error) inner = inner.cause;
  return inner.message.replaceAll('\u0000', '').slice(0, MAX_REASON_LETTERS);
}
