import type { QueryRunner } from 'typeorm';
import { databaseFault } from '../database/faults.js';
import { pause } from './pause.js';

/** The lock of the active projector. It saves the others useless work; the checkpoint's compare-and-set keeps the ledger correct. */
const PROJECTOR_LOCK = 7_301_002;
/** The maximum time until another projector notices that the active one has ended. */
const POLL_MS = 500;

/** Waits until no other projector works on this ledger. The lock is held as long as the session lives. */
export async function acquireProjectorLock(runner: QueryRunner, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const rows: [{ mine: boolean }] = await runner.query('select pg_try_advisory_lock($1) as mine', [PROJECTOR_LOCK]);
    if (rows[0].mine) return;
    await pause(POLL_MS, signal);
  }
}

/** Releases the lock and the connection. */
export async function releaseProjectorLock(runner: QueryRunner): Promise<void> {
  if (runner.isReleased) return;
  try {
    await runner.query('select pg_advisory_unlock_all()');
  } catch (thrown) {
    databaseFault(thrown); // a lost session has lost its locks too; other errors are thrown
  } finally {
    await runner.release();
  }
}
