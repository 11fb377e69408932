import type { QueryRunner } from 'typeorm';
import { type SuspensionRow, suspendedIn } from '#shared/domain/ledger/suspension.js';
import { LIVE, type Schema } from '../database/names.js';
import { type PlacedCommit, suspending } from '../projection/commit-place.js';
import { readSuspension } from '../rows/read-rows.js';
import { ENTRIES, SUSPENSIONS } from '../rows/tables.js';

/** What was decided of a commit that is refused. */
export interface DecidedOn {
  /** Sequence of the last decision that was considered; null: there is none. */
  readonly decision: number | null;
  /** The commit with its events suspended; absent where nothing was decided that can be tried, or all of it was tried. */
  readonly commit?: PlacedCommit;
}

export type Suspensions = (runner: QueryRunner, schema: Schema, commit: PlacedCommit) => Promise<DecidedOn>;

/** As the ledger that is written has it. */
export const RECORDED: Suspensions = async (runner, schema, commit) => {
  if (commit.suspended !== undefined) return { decision: commit.decision ?? null }; // one that came since is tried next
  return decidedOn(commit, await recordedOn(runner, schema, commit.tenant, commit.sequence));
};

/**
 * As the live ledger has it. A decision stands in the log behind what it is about, where a replay never goes back to: so it asks who has read on.
 * Nothing is believed that the log does not say: the replay meets each decision itself, and both tables of them are compared.
 */
export const RECORDED_LIVE: Suspensions = (runner, _schema, commit) => RECORDED(runner, LIVE, commit);

/** A connection, or a pool of them. */
type Queryable = { query(sql: string, values: unknown[]): Promise<unknown> };

/** Decisions on one commit. */
export async function recordedOn(runner: Queryable, schema: Schema, tenant: string, sequence: number): Promise<SuspensionRow[]> {
  const sql = `select * from ${schema}.${SUSPENSIONS.name} where tenant = $1 and suspended_sequence = $2`;
  return ((await runner.query(sql, [tenant, sequence])) as Record<string, unknown>[]).map(readSuspension);
}

/** Of decisions on one commit: the sequence of the last; null where there is none. */
export const lastOf = (decisions: readonly SuspensionRow[]): number | null =>
  decisions.length === 0 ? null : Math.max(...decisions.map(({ sequence }) => sequence));

/** Events in suspense, by tenant. Of each there is one entry that counts it. */
export async function countSuspended(runner: Queryable): Promise<ReadonlyMap<string, number>> {
  const sql = `select tenant, count(*)::integer as events from (select distinct tenant, suspended_sequence as sequence from ${LIVE}.${SUSPENSIONS.name}) decided
    join ${LIVE}.${ENTRIES.name} using (tenant, sequence) where debit = 'suspense' and starts_with(unit, 'events:') group by tenant order by tenant`;
  const rows = (await runner.query(sql, [])) as readonly { tenant: string; events: number }[];
  return new Map(rows.map(({ tenant, events }) => [tenant, events]));
}

function decidedOn(commit: PlacedCommit, decisions: readonly SuspensionRow[]): DecidedOn {
  const decision = lastOf(decisions);
  const suspended = suspendedIn(decisions, commit);
  if (decision === null || suspended === undefined) return { decision };
  const tried = suspending(commit, suspended);
  return tried.suspended === undefined ? { decision } : { decision, commit: { ...tried, decision } };
}
