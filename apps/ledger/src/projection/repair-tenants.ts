import type { DataSource } from 'typeorm';
import type { Logger } from '#shared/platform/logger.js';
import { databaseFault } from '../database/faults.js';
import { LIVE } from '../database/names.js';
import type { EventsLog } from '../logs/events-log.js';
import type { HaltRow } from '../rows/tables.js';
import { readHalts } from './halts.js';
import { pause } from './pause.js';
import { repairTenant } from './repair.js';

/** The wait before the next try while Postgres or NATS is away. */
const RETRY_MS = 1_000;

interface Workshop {
  readonly database: () => Promise<DataSource>;
  readonly log: EventsLog;
  readonly logger: Logger;
  readonly signal: AbortSignal;
}

/** Tries every halted tenant once, on a connection of its own, and tells of each where it stands now: `undefined` when it goes on. */
export async function repairTenants(workshop: Workshop, told: (tenant: string, halt: HaltRow | undefined) => void): Promise<void> {
  const { signal, logger } = workshop;
  const done = new Set<string>();
  while (!signal.aborted) {
    try {
      return await repairAll(workshop, done, told);
    } catch (thrown) {
      const fault = databaseFault(thrown);
      if (signal.aborted) return;
      logger.warn({ code: fault.code, ...fault.context }, 'halted tenants wait for their repair');
      await pause(RETRY_MS, signal);
    }
  }
}

async function repairAll(
  { database, log, logger, signal }: Workshop,
  done: Set<string>,
  told: (tenant: string, halt: HaltRow | undefined) => void,
): Promise<void> {
  const runner = (await database()).createQueryRunner();
  try {
    for (const halt of await readHalts(runner, LIVE)) {
      if (signal.aborted) return;
      if (done.has(halt.tenant)) continue;
      const repair = await repairTenant(runner, log, halt);
      if (repair.outcome === 'overtaken') continue;
      done.add(halt.tenant);
      told(halt.tenant, repair.outcome === 'halted' ? repair.at : undefined);
      if (repair.outcome === 'caught up') logger.info({ tenant: halt.tenant, from: halt.sequence }, 'a halted tenant goes on');
    }
  } finally {
    await runner.release();
  }
}
