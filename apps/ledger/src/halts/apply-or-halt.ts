import type { QueryRunner } from 'typeorm';
import type { Fault } from '#shared/kernel/fault.js';
import type { Schema } from '../database/names.js';
import { inTransaction } from '../database/transaction.js';
import { applyCommits, type Span } from '../projection/apply.js';
import { moveCheckpoint } from '../projection/checkpoint.js';
import type { PlacedCommit } from '../projection/commit-place.js';
import type { HaltRow } from '../rows/tables.js';
import { halt, haltOf, refusalIn } from './halts.js';
import { RECORDED, type Suspensions } from './suspensions.js';

export interface Applied {
  /** Number of entries added. */
  readonly entries: number;
  /** Tenants that these commits halted. */
  readonly halted: readonly HaltRow[];
}

/**
 * Applies commits in one transaction. If one of them cannot be applied, and no operator has suspended its events, it halts its tenant there
 * and applies all others. A binary search finds it: each half is a transaction that moves the checkpoint, so a crash in between loses
 * nothing.
 * @returns `undefined` if another process has moved the checkpoint
 */
export async function applyOrHalt(
  runner: QueryRunner,
  schema: Schema,
  span: Span,
  commits: readonly PlacedCommit[],
  suspensions: Suspensions = RECORDED,
): Promise<Applied | undefined> {
  let refusal: Fault;
  try {
    const entries = await inTransaction(runner, {}, () => applyCommits(runner, schema, span, commits));
    return entries === undefined ? undefined : { entries, halted: [] };
  } catch (thrown) {
    refusal = refusalIn(thrown);
  }
  const [first, ...others] = commits;
  if (first === undefined) throw refusal;
  if (others.length === 0) {
    const { decision, commit: suspended } = await suspensions(runner, schema, first);
    return suspended === undefined
      ? haltAt(runner, schema, span, haltOf(first, refusal, decision))
      : applyOrHalt(runner, schema, span, [suspended], suspensions);
  }
  const half = Math.ceil(commits.length / 2);
  const middle = { ...span.to, sequence: commits[half - 1]?.sequence ?? span.to.sequence };
  const before = await applyOrHalt(runner, schema, { from: span.from, to: middle }, commits.slice(0, half), suspensions);
  const after = before && (await applyOrHalt(runner, schema, { from: middle, to: span.to }, commits.slice(half), suspensions));
  return after && { entries: before.entries + after.entries, halted: [...before.halted, ...after.halted] };
}

async function haltAt(runner: QueryRunner, schema: Schema, span: Span, row: HaltRow): Promise<Applied | undefined> {
  return inTransaction(runner, {}, async () => {
    if (!(await moveCheckpoint(runner, schema, span.from, span.to))) return undefined;
    return { entries: 0, halted: [await halt(runner, schema, row)] };
  });
}
