import { join } from 'node:path';
import { createLogger } from '#shared/platform/process/logger.js';
import type { Broker } from '../../dev/nats/server.js';
import { makeLedgerDatabase } from '../../dev/postgres/ledger-database.js';
import { type PostgresServer, startPostgres } from '../../dev/postgres/server.js';
import { freePort } from '../../dev/processes/ports.js';
import { waitFor } from '../../dev/processes/wait.js';
import { MeasuredProcess, spawnApp } from './measured-process.js';

const DATABASE = 'admit';
const READY_MS = 60_000;
/** As in docs/operations.md: no checkpoint falls into a measurement. Fsync stays on. */
const SETTINGS = { shared_buffers: '512MB', max_wal_size: '8GB', checkpoint_timeout: '30min' };
export const LEDGER_DURABILITY = 'Postgres: fsync on, synchronous_commit on';

/** A Postgres with the tables of the ledger. */
export async function startLedgerDatabase(folder: string): Promise<PostgresServer> {
  const postgres = await startPostgres({ dataDir: join(folder, 'postgres'), settings: SETTINGS });
  await makeLedgerDatabase(postgres, DATABASE, createLogger('bench', 'fatal'));
  return postgres;
}

/** The ledger app with its default settings. Returns when it is ready. */
export async function startLedger(nats: Broker, postgres: PostgresServer): Promise<MeasuredProcess> {
  const role = (user: string): string => postgres.url(DATABASE, { user, password: `${user}-password` });
  const [http, health] = [await freePort(), await freePort()];
  const child = spawnApp('ledger', {
    NATS_URL: nats.url,
    NATS_PASSWORD: nats.credentials('ledger').pass,
    DATABASE_PROJECTOR_URL: role('admit_projector'),
    DATABASE_READER_URL: role('admit_reader'),
    HTTP_PORT: `${http}`,
    HEALTH_PORT: `${health}`,
  });
  await waitFor(async () => (await fetch(`http://127.0.0.1:${health}/health/live`)).ok, { what: 'ledger is live', timeoutMs: READY_MS });
  return new MeasuredProcess(child);
}

/** The last sequence of EVENTS in the ledger. */
export async function checkpointOf(postgres: PostgresServer): Promise<number> {
  return postgres.asSuperuser(DATABASE, async (client) => {
    const { rows } = await client.query<{ readonly sequence: string }>('select sequence from ledger.checkpoint');
    return Number(rows[0]?.sequence ?? 0);
  });
}
