import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { REPLAY_NODE_FLAGS } from '#shared/platform/operator/run-replay.js';
import { createLogger } from '#shared/platform/process/logger.js';
import { provision } from '#shared/platform/topology/provision.js';
import { connected, database } from '../apps/ledger/src/database/connect.js';
import { SHADOW } from '../apps/ledger/src/database/names.js';
import { addQueryIndexes, dropQueryIndexes } from '../apps/ledger/src/database/query-indexes.js';
import type { RoleUrls } from '../apps/ledger/src/database/roles.js';
import { JetStreamEventsLog } from '../apps/ledger/src/logs/jetstream.js';
import { ReplayLog } from '../apps/ledger/src/logs/replay.js';
import { Projector } from '../apps/ledger/src/projection/projector.js';
import { LEDGER_TABLES } from '../apps/ledger/src/rows/tables.js';
import { type NatsServer, startNats } from '../dev/nats/server.js';
import { makeLedgerDatabase } from '../dev/postgres/ledger-database.js';
import { type PostgresServer, startPostgres } from '../dev/postgres/server.js';
import { temporaryFolder } from '../dev/processes/temporary.js';
import { waitFor } from '../dev/processes/wait.js';
import type { Bench } from './bench.js';
import { type Spread, spreadOf } from './measure/statistics.js';
import type { Result, Run } from './report/result.js';
import { shown, shownSpread } from './report/table.js';
import { writeLog } from './stage/ledger-log.js';

const DATABASE = 'bench';
const MINTED = 0.25;
const BATCH = 1_024;
const WAIT_MS = 600_000;
/** A replay's share of the rate of a bare Postgres COPY. */
const SHARE_OF_COPY = 0.6;
const DURABILITY = { replay: 'Postgres: fsync on, checkpointed at promotion', copy: 'Postgres: fsync on, synchronous_commit on' };
const MS_PER_SECOND = 1_000;
const silent = createLogger('bench', 'fatal');
/** As in operations.md: indexes with random inserts fit in memory, and no checkpoint falls into a round. Fsync stays on. */
const SETTINGS = { shared_buffers: '1GB', max_wal_size: '8GB', checkpoint_timeout: '30min' };
const run = promisify(execFile);

interface Servers {
  readonly nats: NatsServer;
  readonly postgres: PostgresServer;
  readonly folder: string;
  readonly urls: RoleUrls;
}

interface Replayed {
  readonly result: string;
  readonly sequence: number;
  readonly events: number;
  readonly entries: number;
  readonly rebuiltMs: number;
  readonly comparedMs: number;
  readonly peakMemoryMiB: number;
  readonly cpuSeconds: number;
}

/** Rebuilds a ledger as `admit replay` does, in turns with a bare COPY of the same rows and a raw consume of the same stream. */
export const replay: Bench = {
  name: 'replay',
  what: 'a ledger rebuilt from the log, beside a bare COPY of the same rows and a raw consume of the stream',
  minutes: 8,
  size: { of: 'events in the log', full: 1_000_000, quick: 20_000 },
  run: measure,
};

async function measure(run: Run): Promise<Result> {
  const folder = temporaryFolder('bench-replay');
  const nats = await startNats({ dataDir: join(folder.path, 'nats') });
  const postgres = await startPostgres({ dataDir: join(folder.path, 'postgres'), settings: SETTINGS });
  try {
    const servers: Servers = { nats, postgres, folder: folder.path, urls: await makeLedgerDatabase(postgres, DATABASE, silent) };
    const { events, commits, last } = await fill(servers, run.size);
    const projectedMs = await project(servers, last);
    const projected = `${events} events in ${commits} commits; the projector took in ${perSecond(events, projectedMs).toFixed(0)} events/s`;
    run.say(projected);
    const rounds: Round[] = [];
    for (let round = 1; round <= run.pairs; round += 1) {
      const replayed = await replayOnce(servers);
      if (replayed.result !== 'equal') throw new Error(`the replay says ${replayed.result}`);
      const indexedMs = await makeIndexes(servers);
      rounds.push({ replayed, indexedMs, copiedMs: await copy(servers), consumedMs: await consume(servers, last) });
      run.say(`${round}/${run.pairs}: ${perSecond(replayed.events, replayed.rebuiltMs).toFixed(0)} events/s`);
    }
    return report(rounds, projected);
  } finally {
    await postgres.stop();
    await nats.stop();
    folder.remove();
  }
}

async function fill({ nats }: Servers, wanted: number): Promise<{ events: number; commits: number; last: number }> {
  const connection = await connect(nats.connection('provision'));
  await provision(connection);
  const written = await writeLog(connection, { events: wanted, minted: MINTED });
  const { last_seq: last } = (await (await jetstreamManager(connection)).streams.info('EVENTS')).state;
  await connection.close();
  return { ...written, last };
}

/** Fills the live ledger with the production projector, in this process. */
async function project({ nats, urls }: Servers, last: number): Promise<number> {
  const connection = await connect(nats.connection('ledger'));
  const pool = database(urls.projector, { name: 'bench', connections: 2, logger: silent });
  const projector = new Projector(() => connected(pool), await JetStreamEventsLog.on(connection, BATCH), silent);
  const stop = new AbortController();
  const startedAt = performance.now();
  const ended = projector.run(stop.signal);
  await Promise.race([ended, waitFor(async () => projector.checkpoint >= last, { what: 'the ledger is whole', timeoutMs: WAIT_MS })]);
  const ms = performance.now() - startedAt;
  stop.abort();
  await ended;
  await pool.destroy();
  await connection.close();
  return ms;
}

/** The index builds that a promotion runs before it exchanges the ledgers; queries need them. */
function makeIndexes({ postgres }: Servers): Promise<number> {
  return postgres.asSuperuser(DATABASE, async (client) => {
    const startedAt = performance.now();
    await addQueryIndexes(client, SHADOW);
    return performance.now() - startedAt;
  });
}

async function rewind({ nats }: Servers): Promise<void> {
  const connection = await connect(nats.connection('operator'));
  await (await jetstreamManager(connection, { checkAPI: false })).consumers.reset('EVENTS', 'replay', 1);
  await connection.close();
}

/** Runs a replay as a separate process, as the command does. */
async function replayOnce(bench: Servers): Promise<Replayed> {
  await rewind(bench);
  await bench.postgres.asSuperuser(DATABASE, (client) => client.query('checkpoint')); // as before the COPY
  const { user, pass } = bench.nats.credentials('replay');
  const login = { NATS_REPLAY_USER: user, NATS_REPLAY_PASSWORD: pass };
  const env = { NATS_URL: bench.nats.url, ...login, DATABASE_REPLAY_URL: bench.urls.replay, LOG_LEVEL: 'warn' };
  const args = [
    ...REPLAY_NODE_FLAGS,
    ...(process.env.REPLAY_NODE_ARGS?.split(' ') ?? []),
    join('dist', 'apps', 'ledger', 'src', 'replay.js'),
    '--json',
  ];
  const { stdout } = await run(process.execPath, args, { env });
  return JSON.parse(stdout) as Replayed;
}

/**
 * Postgres itself reads the same rows in binary form from a file into the same tables of another schema, with all keys, checks and
 * indexes of the live ledger: one transaction a table, on disk at its end. A replay does more: it fetches, verifies, parses and posts
 * the log, writes through row-level security, and updates rows that a later batch changes. It also does less: it need not be on disk
 * before a promotion. It builds the query indexes only at the end, which is counted when the two are compared.
 */
async function copy({ postgres }: Servers): Promise<number> {
  return postgres.asSuperuser(DATABASE, async (client) => {
    const { rows } = await client.query<{ folder: string }>(`select current_setting('data_directory') as folder`);
    const folder = rows[0]?.folder ?? '';
    await client.query('drop schema if exists bare cascade; create schema bare');
    for (const { name } of LEDGER_TABLES) {
      await client.query(`copy ledger_shadow.${name} to '${folder}/${name}.copy' (format binary)`);
      await client.query(`create table bare.${name} (like ledger_shadow.${name} including all)`);
    }
    await dropQueryIndexes(client, SHADOW);
    await client.query('checkpoint');
    const startedAt = performance.now();
    for (const { name } of LEDGER_TABLES) await client.query(`copy bare.${name} from '${folder}/${name}.copy' (format binary)`);
    return performance.now() - startedAt;
  });
}

async function consume(bench: Servers, last: number): Promise<number> {
  await rewind(bench);
  const connection = await connect(bench.nats.connection('replay'));
  const startedAt = performance.now();
  let count = 0;
  for await (const batch of new ReplayLog(connection, '_INBOX.replay').until(last)) count += batch.length;
  const ms = performance.now() - startedAt;
  await connection.close();
  if (count !== last) throw new Error(`consumed ${count} of ${last}`);
  return ms;
}

interface Round {
  readonly replayed: Replayed;
  readonly indexedMs: number;
  readonly copiedMs: number;
  readonly consumedMs: number;
}

const perSecond = (events: number, ms: number): number => (events / ms) * MS_PER_SECOND;
const ofCopy = ({ replayed, indexedMs, copiedMs }: Round): number => copiedMs / (replayed.rebuiltMs + indexedMs);

function report(rounds: readonly Round[], projected: string): Result {
  const of = (value: (round: Round) => number): Spread => spreadOf(rounds.map(value));
  const rate = (ms: (round: Round) => number): Spread => of((round) => perSecond(round.replayed.events, ms(round)));
  const share = of(ofCopy);
  const rates = {
    replay: rate(({ replayed }) => replayed.rebuiltMs),
    copy: rate(({ copiedMs }) => copiedMs),
    consume: rate(({ consumedMs }) => consumedMs),
  };
  return {
    title: `A ledger rebuilt from ${rounds[0]?.replayed.events.toLocaleString('en-US')} events`,
    rows: [
      {
        label: 'admit replay',
        durability: DURABILITY.replay,
        figures: {
          eventsPerSecond: rates.replay,
          ratioToCopy: share,
          indexesMs: of(({ indexedMs }) => indexedMs),
          comparedMs: of(({ replayed }) => replayed.comparedMs),
          peakMiB: of(({ replayed }) => replayed.peakMemoryMiB),
          cpuSeconds: of(({ replayed }) => replayed.cpuSeconds),
        },
      },
      { label: 'bare COPY, with indexes', durability: DURABILITY.copy, figures: { eventsPerSecond: rates.copy } },
      { label: 'raw consume of the stream', durability: 'nothing is written', figures: { eventsPerSecond: rates.consume } },
    ],
    targets: [
      {
        what: `${SHARE_OF_COPY} of a bare COPY, indexes included`,
        reached: share.median >= SHARE_OF_COPY,
        measured: shownSpread(share),
        ifMissed:
          'A replay verifies the hash chain, applies every event and posts it before it writes a row; a COPY writes ready rows. Next: replay of sales on several processors.',
      },
      { what: 'the rebuilt ledger equals the live one', reached: true, measured: `${rounds.length} of ${rounds.length} replays` },
    ],
    plots: [
      {
        kind: 'bars',
        title: 'Events a second: replay, the same rows by COPY, and the stream alone',
        unit: 'events/s',
        series: ['rate'],
        groups: [
          { label: 'admit replay', values: [rates.replay] },
          { label: 'bare COPY', values: [rates.copy] },
          { label: 'raw consume', values: [rates.consume] },
        ],
      },
    ],
    notes: [projected, `peak memory of a replay: ${shown(of(({ replayed }) => replayed.peakMemoryMiB).max)} MiB`],
  };
}
