import type { QueryRunner } from 'typeorm';
import { Fault } from '#shared/kernel/fault.js';
import { CHECKPOINT, LIVE, type Schema } from '../database/names.js';

/** The position of the log in the ledger: the cursor of every writer. The epoch is that of the log from which the rows were made. */
export interface Checkpoint {
  readonly sequence: number;
  readonly epoch: string | null;
}

/** Facts about the log. */
export interface LogState {
  readonly epoch: string | undefined;
  /** Stream sequences; both are 0 if nothing was ever stored. */
  readonly first: number;
  readonly last: number;
}

export const readCheckpoint = (runner: QueryRunner, schema: Schema): Promise<Checkpoint> => askCheckpoint(runner, schema, '');

/** Reads the live checkpoint and locks it until the caller's transaction ends. */
export const lockCheckpoint = (runner: QueryRunner): Promise<Checkpoint> => askCheckpoint(runner, LIVE, ' for update');

async function askCheckpoint(runner: QueryRunner, schema: Schema, lock: '' | ' for update'): Promise<Checkpoint> {
  const rows: readonly { sequence: string; epoch: string | null }[] = await runner.query(
    `select sequence, epoch from ${schema}.checkpoint where stream = $1${lock}`,
    [CHECKPOINT],
  );
  const [row] = rows;
  if (row === undefined) throw new Fault('ledger-differs', { reason: 'the checkpoint is missing', schema });
  return { sequence: Number(row.sequence), epoch: row.epoch };
}

/**
 * Moves the checkpoint, if it is still at `from`; an empty ledger adopts the log's epoch. It is moved before the rows are written: of two
 * writers the later one waits here, and then fails.
 */
export async function moveCheckpoint(runner: QueryRunner, schema: Schema, from: Checkpoint, to: Checkpoint): Promise<boolean> {
  const sql = `update ${schema}.checkpoint set sequence = $1, epoch = $2 where stream = $3 and sequence = $4 and (epoch = $2 or epoch is null)`;
  const [, moved]: [unknown, number] = await runner.query(sql, [to.sequence, to.epoch, CHECKPOINT, from.sequence]);
  return moved === 1;
}

/**
 * Refuses a ledger that was not made from this log, and a log that lost commits which the ledger contains: the ledger remembers the log's
 * position.
 * @returns the checkpoint, with the log's epoch adopted by an empty ledger
 */
export function assertFits(checkpoint: Checkpoint, log: LogState): Checkpoint {
  if (log.epoch === undefined) throw new Fault('stream-differs', { reason: 'EVENTS carries no epoch' });
  if (log.first > 1) throw new Fault('log-broken', { reason: 'the head of EVENTS is gone', missing: { from: 1, to: log.first - 1 } });
  if (checkpoint.epoch !== null && checkpoint.epoch !== log.epoch) {
    throw new Fault('ledger-differs', { reason: 'EVENTS is of another epoch', ledger: checkpoint.epoch, log: log.epoch });
  }
  if (checkpoint.sequence > log.last) {
    throw new Fault('log-shrunk', { reason: 'the ledger is ahead of EVENTS', missing: { from: log.last + 1, to: checkpoint.sequence } });
  }
  return { sequence: checkpoint.sequence, epoch: log.epoch };
}
