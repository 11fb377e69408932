import type { QueryRunner } from 'typeorm';
import { Fault, isFault } from '#shared/kernel/fault.js';
import { LIVE } from '../database/names.js';
import { inTransaction } from '../database/transaction.js';
import { readHead } from '../rows/read-rows.js';
import { rowsWithKeys } from '../rows/table.js';
import { HEADS } from '../rows/tables.js';
import { applyCommits } from './apply.js';
import type { Checkpoint } from './checkpoint.js';
import { type LoggedMessage, type PlacedCommit, readCommit } from './commit-place.js';

/**
 * Applies what of a batch is new, in one transaction. What was applied before is only looked at: it must be what was applied.
 * @returns the new checkpoint, or `undefined` when another projector has moved it
 * @throws Fault `projection-refused` naming tenant and sequence, after everything before that sequence has been applied
 */
export async function takeBatch(runner: QueryRunner, at: Checkpoint, batch: readonly LoggedMessage[]): Promise<Checkpoint | undefined> {
  const commits = batch.map(readCommit);
  const known = commits.filter(({ sequence }) => sequence <= at.sequence);
  const fresh = commits.filter(({ sequence }) => sequence > at.sequence);
  if (known.length > 0) await inTransaction(runner, {}, () => assertApplied(runner, known));
  assertContiguous(at, fresh);
  if (fresh.length === 0) return at;
  try {
    return await apply(runner, at, fresh);
  } catch (thrown) {
    if (!isFault(thrown, 'projection-refused')) throw thrown;
    return await applySingly(runner, at, fresh);
  }
}

async function apply(runner: QueryRunner, at: Checkpoint, commits: readonly PlacedCommit[]): Promise<Checkpoint | undefined> {
  const to: Checkpoint = { ...at, sequence: commits.at(-1)?.sequence ?? at.sequence };
  const added = await inTransaction(runner, {}, () => applyCommits(runner, LIVE, { from: at, to }, commits));
  return added === undefined ? undefined : to;
}

/** One commit in a batch cannot be applied: each is tried alone, so that those before it are in the ledger and the fault names it. */
async function applySingly(runner: QueryRunner, from: Checkpoint, commits: readonly PlacedCommit[]): Promise<Checkpoint | undefined> {
  let at: Checkpoint | undefined = from;
  for (const commit of commits) {
    try {
      at = await apply(runner, at, [commit]);
    } catch (cause) {
      if (!isFault(cause, 'projection-refused')) throw cause;
      throw new Fault(
        'projection-refused',
        { tenant: commit.tenant, sequence: commit.sequence, subject: commit.subject, ...cause.context },
        { cause },
      );
    }
    if (at === undefined) return undefined;
  }
  return at;
}

/** EVENTS holds nothing else and loses nothing: a gap is a delivery out of turn. Asked for again, the missing one comes first, or is known to be lost. */
function assertContiguous(at: Checkpoint, fresh: readonly PlacedCommit[]): void {
  for (const [index, { sequence }] of fresh.entries()) {
    if (sequence !== at.sequence + 1 + index)
      throw new Fault('log-unreachable', { reason: 'deliveries out of turn', wanted: at.sequence + 1 + index, came: sequence });
  }
}

/** A redelivery is harmless only when it brings what was applied. Another commit under an old number means that the log was changed. */
async function assertApplied(runner: QueryRunner, commits: readonly PlacedCommit[]): Promise<void> {
  const subjects = [...new Map(commits.map(({ tenant, subject }) => [subject, [tenant, subject]])).values()];
  const heads = new Map((await rowsWithKeys(runner, LIVE, HEADS, subjects)).map(readHead).map((head) => [head.subject, head]));
  for (const { subject, sequence, version, hash } of commits) {
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
