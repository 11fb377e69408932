import type { QueryRunner } from 'typeorm';
import type { Schema } from '../database/names.js';
import { readHalts, waits } from '../halts/halts.js';
import { insertRows } from '../rows/table.js';
import { ENTRIES } from '../rows/tables.js';
import { type Checkpoint, moveCheckpoint } from './checkpoint.js';
import type { PlacedCommit } from './commit-place.js';
import { EntryList, LedgerPoster } from './ledger-poster.js';
import { loadMissing } from './working-set.js';
import { writeChangeSet } from './write-change-set.js';

/** The positions before and after an update of the ledger. */
export interface Span {
  readonly from: Checkpoint;
  readonly to: Checkpoint;
}

/**
 * Applies commits to a ledger and moves its checkpoint, inside the caller's transaction, completely or not at all. Commits of a halted
 * tenant wait in the log.
 * @returns the number of entries added, or `undefined` if another process has moved the checkpoint: then nothing was written
 * @throws Fault `log-broken` when a commit does not follow the one before it on its subject; `projection-refused` when one cannot be
 * applied
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

/** Writes the rows of commits, without the checkpoint. @returns the number of entries added */
export async function writeCommits(runner: QueryRunner, schema: Schema, commits: readonly PlacedCommit[]): Promise<number> {
  const poster = new LedgerPoster(new EntryList());
  await loadMissing(runner, schema, poster, commits);
  const page = poster.post(commits);
  await insertRows(runner, schema, ENTRIES, page.entries);
  await writeChangeSet(runner, schema, page, insertRows);
  return page.entries.length;
}
