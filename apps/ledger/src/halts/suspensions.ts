import type { QueryRunner } from 'typeorm';
import { type SuspensionRow, suspendedIn } from '#shared/domain/ledger/suspension.js';
import { LIVE, type Schema } from '../database/names.js';
import { type PlacedCommit, suspending } from '../projection/commit-place.js';
import { readSuspension } from '../rows/read-rows.js';
import { ENTRIES, SUSPENSIONS } from '../rows/tables.js';

/** Finds what was decided of a commit that is refused: the commit with its events suspended; `undefined` when that is nothing, or all of it was tried. */
export type Suspensions = (runner: QueryRunner, schema: Schema, commit: PlacedCommit) => Promise<PlacedCommit | undefined>;

/** As the ledger that is written has it. */
export const RECORDED: Suspensions = async (runner, schema, commit) =>
  decided(commit, await recordedOn(runner, schema, commit.tenant, commit.sequence));

/**
 * As the live ledger has it. A decision stands in the log behind what it is about, where a replay never goes back to: so it asks who has read on.
 * Nothing is believed that the log does not say: the replay meets each decision itself, and both tables of them are compared.
 */
export const RECORDED_LIVE: Suspensions = (runner, _schema, commit) => RECORDED(runner, LIVE, commit);

/** A connection, or a pool of them. */
type Asked = { query(sql: string, values: unknown[]): Promise<unknown> };

/** Decisions on one commit. */
export async function recordedOn(runner: Asked, schema: Schema, tenant: string, sequence: number): Promise<SuspensionRow[]> {
  const sql = `select * from ${schema}.${SUSPENSIONS.name} where tenant = $1 and suspended_sequence = $2`;
  return ((await runner.query(sql, [tenant, sequence])) as Record<string, unknown>[]).map(readSuspension);
}

/** Events in suspense, by tenant. Of each there is one entry that counts it. */
export async function countSuspended(runner: Asked): Promise<ReadonlyMap<string, number>> {
  const sql = `select tenant, count(*)::integer as events from (select distinct tenant, suspended_sequence as sequence from ${LIVE}.${SUSPENSIONS.name}) decided
    join ${LIVE}.${ENTRIES.name} using (tenant, sequence) where debit = 'suspense' and starts_with(unit, 'events:') group by tenant order by tenant`;
  const rows = (await runner.query(sql, [])) as readonly { tenant: string; events: number }[];
  return new Map(rows.map(({ tenant, events }) => [tenant, events]));
}

function decided(commit: PlacedCommit, decisions: readonly SuspensionRow[]): PlacedCommit | undefined {
  if (commit.suspended !== undefined) return undefined;
  const suspended = suspendedIn(decisions, commit);
  const tried = suspended && suspending(commit, suspended);
  return tried?.suspended === undefined ? undefined : tried;
}
