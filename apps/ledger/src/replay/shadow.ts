import type { QueryRunner } from 'typeorm';
import { Fault } from '#shared/kernel/fault.js';
import { CHECKPOINT, SHADOW } from '../database/names.js';
import { LEDGER_TABLES } from '../rows/tables.js';

/** The lock of the replay that writes the shadow; it is held as long as the session. */
const REPLAY_LOCK = 7_301_003;

/** @throws Fault when another replay runs */
export async function claimShadow(runner: QueryRunner): Promise<void> {
  const rows: [{ mine: boolean }] = await runner.query('select pg_try_advisory_lock($1) as mine', [REPLAY_LOCK]);
  if (!rows[0].mine) throw new Fault('ledger-differs', { reason: 'another replay is under way' });
  // A lost shadow is rebuilt. A promotion commits in the owner's session, which waits for the disk, and so for all earlier writes.
  await runner.query('set synchronous_commit = off');
}

export async function clearShadow(runner: QueryRunner): Promise<void> {
  const tables = LEDGER_TABLES.map(({ name }) => `${SHADOW}.${name}`);
  await runner.query(`truncate ${tables.join(', ')}`);
  await runner.query(`update ${SHADOW}.checkpoint set sequence = 0, epoch = null where stream = $1`, [CHECKPOINT]);
}
