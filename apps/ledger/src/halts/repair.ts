import type { QueryRunner } from 'typeorm';
import type { Fault } from '#shared/kernel/fault.js';
import { LIVE } from '../database/names.js';
import { inTransaction } from '../database/transaction.js';
import type { EventsLog } from '../logs/events-log.js';
import { writeCommits } from '../projection/apply.js';
import { lockCheckpoint } from '../projection/checkpoint.js';
import { type PlacedCommit, readCommit } from '../projection/commit-place.js';
import type { HaltRow } from '../rows/tables.js';
import { haltOf, moveHalt, refusalIn } from './halts.js';
import { RECORDED } from './suspensions.js';

/** Commits of a halted tenant applied in one transaction. Meanwhile the others wait for the checkpoint: some ten milliseconds. */
const REPAIR_COMMITS = 64;

/** The result of a repair attempt. */
export type Repair =
  | { readonly outcome: 'caught up' }
  /** Halted at the same commit, or at a later one. */
  | { readonly outcome: 'halted'; readonly at: HaltRow }
  /** Another process repairs, or the ledger was promoted. */
  | { readonly outcome: 'overtaken' };

/**
 * Catches up a halted tenant to the ledger's position, reading its commits from the log in their order. Every transaction locks the
 * checkpoint and moves the halt by compare-and-set. The last one removes the halt once no commit is missing. The projector skips the
 * tenant's commits until then and applies all of them afterwards, wherever either process crashes.
 */
export async function repairTenant(runner: QueryRunner, log: EventsLog, halted: HaltRow): Promise<Repair> {
  let at = halted;
  let suspended: PlacedCommit | undefined; // the next commit, with the decisions on its events
  for (let most = REPAIR_COMMITS; ; ) {
    const step = await stepOf(runner, log, at, most, suspended);
    if (step === 'overtaken' || step === 'caught up') return { outcome: step };
    if ('sequence' in step) {
      at = step;
      if (suspended !== undefined) [most, suspended] = [REPAIR_COMMITS, undefined];
    } else if (most > 1) most = 1;
    else {
      const { decision, commit } = await RECORDED(runner, LIVE, step.refused);
      if (commit === undefined) return remainHalted(runner, at, haltOf(step.refused, step.refusal, decision));
      suspended = commit;
    }
  }
}

type Step = 'overtaken' | 'caught up' | HaltRow | { readonly refused: PlacedCommit; readonly refusal: Fault };

/** One transaction: up to this many commits, or none when one of them is refused. */
async function stepOf(runner: QueryRunner, log: EventsLog, at: HaltRow, most: number, suspended?: PlacedCommit): Promise<Step> {
  let commits: PlacedCommit[] = [];
  try {
    return await inTransaction(runner, {}, async () => {
      const { sequence: upTo } = await lockCheckpoint(runner);
      commits = suspended === undefined ? await commitsOf(log, at, upTo, most) : [suspended];
      const last = commits.at(-1);
      const next = commits.length < most || last === undefined ? undefined : { ...at, sequence: last.sequence + 1, catchingUp: true };
      if (!(await moveHalt(runner, at, next))) return 'overtaken';
      await writeCommits(runner, LIVE, commits);
      return next ?? 'caught up';
    });
  } catch (thrown) {
    const [refused] = commits;
    if (refused === undefined) throw thrown;
    return { refused, refusal: refusalIn(thrown) };
  }
}

/** The tenant's commits from its halt to the ledger's position. */
async function commitsOf(log: EventsLog, { tenant, sequence }: HaltRow, upTo: number, most: number): Promise<PlacedCommit[]> {
  const commits: PlacedCommit[] = [];
  for (let from = sequence; commits.length < most; ) {
    const message = await log.nextOf(tenant, from);
    if (message === undefined || message.sequence > upTo) return commits;
    commits.push(readCommit(message));
    from = message.sequence + 1;
  }
  return commits;
}

/** Still halted: at the commit that is refused now, with the current reason. */
async function remainHalted(runner: QueryRunner, at: HaltRow, to: HaltRow): Promise<Repair> {
  const moved = await inTransaction(runner, {}, () => moveHalt(runner, at, to));
  return moved ? { outcome: 'halted', at: to } : { outcome: 'overtaken' };
}
