import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { jetstreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { createLogger } from '#shared/platform/process/logger.js';
import { provision } from '#shared/platform/topology/provision.js';
import { connected, database } from '../../apps/ledger/src/database/connect.js';
import type { RoleUrls } from '../../apps/ledger/src/database/roles.js';
import { ReplayLog } from '../../apps/ledger/src/logs/replay.js';
import { LedgerReplay, type ReplayReport } from '../../apps/ledger/src/replay/replay-ledger.js';
import { type NatsServer, startNats } from '../nats/server.js';
import { makeLedgerDatabase } from '../postgres/ledger-database.js';
import { type PostgresServer, startPostgres } from '../postgres/server.js';
import { environment, projectFolder } from '../processes/project.js';
import { type TemporaryFolder, temporaryFolder } from '../processes/temporary.js';
import { waitFor } from '../processes/wait.js';

const DATABASE = 'chaos';
/** A strike ends when the ledger advances; a busy machine may need this long to start two processes. */
const FURTHER_MS = 120_000;
export const silent = createLogger('chaos', 'silent');
const run = promisify(execFile);

/** The servers and two projector processes, with the faults that a run injects. */
export class ChaosStage {
  private readonly projectors: (ChildProcess | undefined)[] = [undefined, undefined];

  private constructor(
    readonly nats: NatsServer,
    readonly postgres: PostgresServer,
    readonly writer: NatsConnection,
    readonly urls: RoleUrls,
    private readonly folder: TemporaryFolder,
  ) {}

  static async open(): Promise<ChaosStage> {
    const folder = temporaryFolder('chaos-ledger');
    const nats = await startNats({ dataDir: join(folder.path, 'nats') });
    const postgres = await startPostgres({ dataDir: join(folder.path, 'postgres') });
    const writer = await connect(nats.connection('provision'));
    await provision(writer);
    return new ChaosStage(nats, postgres, writer, await makeLedgerDatabase(postgres, DATABASE, silent), folder);
  }

  startProjector(index: number): void {
    const { user, pass } = this.nats.credentials('ledger');
    const env = {
      PATH: environment().PATH,
      NATS_URL: this.nats.url,
      NATS_USER: user,
      NATS_PASSWORD: pass,
      HTTP_PORT: '0',
      LOG_LEVEL: 'fatal',
      DATABASE_PROJECTOR_URL: this.urls.projector,
      DATABASE_READER_URL: this.urls.reader,
    };
    this.projectors[index] = spawn(process.execPath, [join(projectFolder(), 'dist/apps/ledger/src/main.js')], { env, stdio: 'inherit' });
  }

  async killProjector(index: number): Promise<void> {
    const projector = this.projectors[index];
    if (projector === undefined || projector.exitCode !== null)
      throw new Error(`projector ${index} ended by itself: ${projector?.exitCode}`);
    const gone = once(projector, 'exit');
    projector.kill('SIGKILL');
    await gone;
  }

  query<Row extends Record<string, unknown>>(sql: string): Promise<Row[]> {
    return this.postgres.asSuperuser(DATABASE, async (client) => (await client.query<Row>(sql)).rows);
  }

  async checkpoint(): Promise<number> {
    const [row] = await this.query<{ sequence: string }>('select sequence from ledger.checkpoint');
    return Number(row?.sequence);
  }

  reaches(sequence: number): Promise<void> {
    const ended = () => this.projectors.find((projector) => projector !== undefined && projector.exitCode !== null);
    return waitFor(async () => (await this.checkpoint()) >= sequence, {
      what: `the ledger reaches ${sequence}`,
      timeoutMs: FURTHER_MS,
      hopeless: () => (ended() === undefined ? undefined : `a projector ended by itself: ${ended()?.exitCode}`),
    });
  }

  /** Copies the cluster's files while the server is down. */
  async backUp(): Promise<void> {
    const place = await this.dataFolder();
    await this.postgres.stop();
    await run('cp', ['-a', place, this.backup]);
    await this.postgres.restart();
  }

  async restore(): Promise<void> {
    const place = await this.dataFolder();
    await this.postgres.stop();
    rmSync(place, { recursive: true });
    await run('cp', ['-a', this.backup, place]);
    await this.postgres.restart();
  }

  async replay(): Promise<ReplayReport> {
    const operator = await connect(this.nats.connection('operator'));
    await (await jetstreamManager(operator, { checkAPI: false })).consumers.reset('EVENTS', 'replay', 1);
    await operator.close();
    const connection = await connect(this.nats.connection('replay'));
    const pool = await connected(database(this.urls.replay, { name: 'chaos', connections: 1, logger: silent }));
    try {
      return await new LedgerReplay(new ReplayLog(connection, '_INBOX.replay'), {}, () => undefined).run(pool);
    } finally {
      await Promise.all([pool.destroy(), connection.close()]);
    }
  }

  async close(): Promise<void> {
    for (const projector of this.projectors) projector?.kill('SIGKILL');
    await this.writer.close();
    await this.postgres.stop();
    await this.nats.stop();
    this.folder.remove();
  }

  private get backup(): string {
    return join(this.folder.path, 'backup');
  }

  private async dataFolder(): Promise<string> {
    const [row] = await this.query<{ place: string }>(`select current_setting('data_directory') as place`);
    if (row === undefined) throw new Error('Postgres does not say where its data is');
    return row.place;
  }
}
