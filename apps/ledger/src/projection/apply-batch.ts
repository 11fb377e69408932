import type { QueryRunner } from 'typeorm';
import { Fault } from '#shared/kernel/fault.js';
import { isTracing, recordSpan } from '#shared/platform/process/tracing.js';
import { LIVE } from '../database/names.js';
import { inTransaction } from '../database/transaction.js';
import { applyOrHalt } from '../halts/apply-or-halt.js';
import { readHalts, waits } from '../halts/halts.js';
import { readHead } from '../rows/read-rows.js';
import { rowsWithKeys } from '../rows/table.js';
import { type HaltRow, HEADS } from '../rows/tables.js';
import type { Checkpoint } from './checkpoint.js';
import { type LoggedMessage, type PlacedCommit, readCommit } from './commit-place.js';

export interface AppliedBatch {
  readonly at: Checkpoint;
  readonly halted: readonly HaltRow[];
}

/**
 * Applies the new commits of a batch in one transaction. Earlier commits are only compared with the applied ones.
 * @returns the new checkpoint and the tenants halted on the way, or `undefined` if another projector has moved the checkpoint
 */
export async function applyBatch(runner: QueryRunner, at: Checkpoint, batch: readonly LoggedMessage[]): Promise<AppliedBatch | undefined> {
  const commits = batch.map(readCommit);
  const known = commits.filter(({ sequence }) => sequence <= at.sequence);
  const fresh = commits.filter(({ sequence }) => sequence > at.sequence);
  if (known.length > 0) await inTransaction(runner, {}, () => assertApplied(runner, known));
  assertContiguous(at, fresh);
  if (fresh.length === 0) return { at, halted: [] };
  const to: Checkpoint = { ...at, sequence: fresh.at(-1)?.sequence ?? at.sequence };
  const startedAt = Date.now();
  const applied = await applyOrHalt(runner, LIVE, { from: at, to }, fresh);
  if (applied !== undefined && isTracing()) for (const commit of fresh) recordPosting(commit, startedAt);
  return applied && { at: to, halted: applied.halted };
}

/** A span for each trace whose events are in this commit, from the start of the batch until it is in the ledger. */
function recordPosting({ tenant, sale, sequence, events }: PlacedCommit, startedAt: number): void {
  for (const parent of new Set(events.map(({ traceparent }) => traceparent))) {
    if (parent === undefined) continue;
    const types = events.flatMap(({ type, traceparent }) => (traceparent === parent ? [type] : [])).join(' ');
    const attributes = { 'admit.tenant': tenant, 'admit.sale': sale, 'admit.sequence': sequence, 'admit.events': types };
    recordSpan('post to the ledger', { kind: 'consumer', parent, attributes }, startedAt);
  }
}

/**
 * EVENTS contains only commits and loses none, so a gap is a delivery out of order. After a new request the missing message arrives first,
 * or is known to be lost.
 */
function assertContiguous(at: Checkpoint, fresh: readonly PlacedCommit[]): void {
  for (const [index, { sequence }] of fresh.entries()) {
    if (sequence !== at.sequence + 1 + index)
      throw new Fault('log-unreachable', { reason: 'deliveries out of turn', wanted: at.sequence + 1 + index, came: sequence });
  }
}

/** A redelivery is harmless only if it equals the applied commit. Another commit under an old sequence means that the log was changed. */
async function assertApplied(runner: QueryRunner, commits: readonly PlacedCommit[]): Promise<void> {
  const subjects = [...new Map(commits.map(({ tenant, subject }) => [subject, [tenant, subject]])).values()];
  const heads = new Map((await rowsWithKeys(runner, LIVE, HEADS, subjects)).map(readHead).map((head) => [head.subject, head]));
  const halts = await readHalts(runner, LIVE);
  for (const { subject, sequence, version, hash } of commits.filter((commit) => !waits(halts, commit))) {
    const head = heads.get(subject);
    const applied =
      head !== undefined && version <= head.version && sequence <= head.sequence && (version !== head.version || hash === head.hash);
    if (!applied)
      throw new Fault('log-broken', {
        reason: 'a commit came under a number that was applied as another',
        subject,
        sequence,
        version,
        head,
      });
  }
}
