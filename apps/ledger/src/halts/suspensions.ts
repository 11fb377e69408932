import type { QueryRunner } from 'typeorm';
import { type SuspensionRow, suspendedIn } from '#shared/domain/ledger/suspension.js';
import { LIVE, type Schema } from '../database/names.js';
import { type PlacedCommit, suspending } from '../projection/commit-place.js';
import { readSuspension } from '../rows/read-rows.js';
import { ENTRIES, SUSPENSIONS } from '../rows/tables.js';

/** The decisions on a refused commit. */
export interface DecidedOn {
  /** Sequence of the latest decision considered; null: there is none. */
  readonly decision: number | null;
  /** The commit with its events suspended; absent if no decision can be tried, or all were tried. */
  readonly commit?: PlacedCommit;
}

export type Suspensions = (runner: QueryRunner, schema: Schema, commit: PlacedCommit) => Promise<DecidedOn>;

/** As recorded in the ledger being written. */
export const RECORDED: Suspensions = async (runner, schema, commit) => {
  if (commit.suspended !== undefined) return { decision: commit.decision ?? null }; // a decision that arrived since then is tried next
  return decidedOn(commit, await recordedOn(runner, schema, commit.tenant, commit.sequence));
};

/**
 * As recorded in the live ledger. A decision is later in the log than its commit, and a replay never reads backwards, so the replay asks
 * the live ledger, which has read further. The replay still reads each decision from the log itself, and the decision tables of both
 * ledgers are compared.
 */
export const RECORDED_LIVE: Suspensions = (runner, _schema, commit) => RECORDED(runner, LIVE, commit);

/** A connection, or a pool of them. */
type Queryable = { query(sql: string, values: unknown[]): Promise<unknown> };

/** Decisions on one commit. */
export async function recordedOn(runner: Queryable, schema: Schema, tenant: string, sequence: number): Promise<SuspensionRow[]> {
  const sql = `select * from ${schema}.${SUSPENSIONS.name} where tenant = $1 and suspended_sequence = $2`;
  return ((await runner.query(sql, [tenant, sequence])) as Record<string, unknown>[]).map(readSuspension);
}

/** The sequence of the latest decision on a commit; null if there is none. */
export const lastOf = (decisions: readonly SuspensionRow[]): number | null =>
  decisions.length === 0 ? null : Math.max(...decisions.map(({ sequence }) => sequence));

/** Events in suspense, by tenant. Each has exactly one counting entry. */
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
