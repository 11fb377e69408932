import type { QueryRunner } from 'typeorm';
import { databaseFault } from '../database/faults.js';
import { pause } from './pause.js';

/** The lock of the projector that works. It saves the others useless work; what keeps the ledger right is the checkpoint's compare-and-set. */
const PROJECTOR_LOCK = 7_301_002;
/** How long after the end of one projector the next one notices, at most. */
const POLL_MS = 500;

/** Waits until no other projector works on this ledger. The lock lives as long as the session does. */
export async function acquireProjectorLock(runner: QueryRunner, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const rows: [{ mine: boolean }] = await runner.query('select pg_try_advisory_lock($1) as mine', [PROJECTOR_LOCK]);
    if (rows[0].mine) return;
    await pause(POLL_MS, signal);
  }
}

/** Lets the next one in, and hands the connection back. */
export async function releaseProjectorLock(runner: QueryRunner): Promise<void> {
  if (runner.isReleased) return;
  try {
    await runner.query('select pg_advisory_unlock_all()');
  } catch (thrown) {
    databaseFault(thrown); // a session that is lost has lost its locks too; anything but that is thrown on
  } finally {
    await runner.release();
  }
}
