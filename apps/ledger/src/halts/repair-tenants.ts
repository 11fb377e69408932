import type { DataSource } from 'typeorm';
import type { Logger } from '#shared/platform/process/logger.js';
import { databaseFault } from '../database/faults.js';
import { LIVE } from '../database/names.js';
import { withRunner } from '../database/transaction.js';
import type { EventsLog } from '../logs/events-log.js';
import { pause } from '../projection/pause.js';
import type { HaltBoard } from './halt-board.js';
import { POLL_MS, readHalts } from './halts.js';
import { repairTenant } from './repair.js';
import { lastOf, recordedOn } from './suspensions.js';

interface RepairContext {
  readonly database: () => Promise<DataSource>;
  readonly log: EventsLog;
  readonly logger: Logger;
  /** Receives each tenant's new halt. */
  readonly board: HaltBoard;
  readonly signal: AbortSignal;
}

/**
 * Retries each tenant that another version halted: an earlier version before this start, or the version whose ledger was promoted while
 * this process runs. Retries a tenant once more after each operator's decision on it. Returns when `signal` is aborted.
 */
export async function repairTenants(workshop: RepairContext): Promise<void> {
  const { signal, logger } = workshop;
  while (!signal.aborted) {
    try {
      await repairOthers(workshop);
    } catch (thrown) {
      const fault = databaseFault(thrown);
      if (!signal.aborted) logger.warn({ code: fault.code, ...fault.context }, 'halted tenants wait for their repair');
    }
    await pause(POLL_MS, signal);
  }
}

async function repairOthers({ database, log, logger, board, signal }: RepairContext): Promise<void> {
  const source = await database();
  for (const halt of await readHalts(source, LIVE)) {
    if (signal.aborted) return;
    if (board.isOurs(halt, lastOf(await recordedOn(source, LIVE, halt.tenant, halt.sequence)))) continue;
    const repair = await withRunner(source, (runner) => repairTenant(runner, log, halt));
    if (repair.outcome === 'halted') board.note(repair.at);
    if (repair.outcome !== 'caught up') continue;
    board.ended(halt.tenant);
    logger.info({ tenant: halt.tenant, from: halt.sequence }, 'a halted tenant was repaired');
  }
}
