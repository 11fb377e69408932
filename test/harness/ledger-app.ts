import 'reflect-metadata';
import { join } from 'node:path';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { type Environment, readEnvironment } from '#shared/platform/environment.js';
import { createLogger } from '#shared/platform/logger.js';
import { startLedger } from '../../apps/ledger/src/start.js';
import type { NatsServer } from '../../dev/nats/server.js';
import { type PostgresServer, startPostgres } from '../../dev/postgres/server.js';
import { temporaryFolder } from '../../dev/processes/temporary.js';
import { waitFor } from '../../dev/processes/wait.js';
import { HttpCaller } from './http-caller.js';

export const DATABASE = 'admit';
const WAIT_MS = 30_000;

/** A real Postgres, and the ledger app in this process between it and a log. */
export class RunningLedger {
  private constructor(
    readonly postgres: PostgresServer,
    readonly app: NestFastifyApplication,
    private readonly environment: Environment,
    private readonly remove: () => void,
  ) {}

  static async start(nats: NatsServer, more: Record<string, string> = {}): Promise<RunningLedger> {
    const folder = temporaryFolder('ledger-app');
    const postgres = await startPostgres({ dataDir: join(folder.path, 'postgres') });
    await postgres.createDatabase(DATABASE);
    const url = (user: string): string => postgres.url(DATABASE, { user, password: `${user}-password` });
    const environment = readEnvironment({
      HTTP_TENANT_RATE: '1000000',
      HTTP_TENANT_BURST: '1000000',
      ...more,
      NATS_URL: nats.url,
      NATS_PASSWORD: nats.credentials('ledger').pass,
      DATABASE_ADMIN_URL: postgres.url(DATABASE),
      DATABASE_PROJECTOR_URL: url('admit_projector'),
      DATABASE_READER_URL: url('admit_reader'),
      DATABASE_REPLAY_URL: url('admit_replay'),
    });
    return new RunningLedger(postgres, await appWith(environment), environment, () => folder.remove());
  }

  /** One more process of the app, so to speak. */
  another(): Promise<NestFastifyApplication> {
    return appWith(this.environment);
  }

  caller(tenant: string, apiKey?: string): Promise<HttpCaller> {
    return HttpCaller.of(this.app, tenant, apiKey);
  }

  /** Resolves when the ledger has taken in everything that is in the log up to this sequence. */
  async reaches(sequence: number): Promise<void> {
    const checkpoint = async (): Promise<number> => {
      const rows = await this.query<{ sequence: string }>('select sequence from ledger.checkpoint');
      return Number(rows[0]?.sequence);
    };
    await waitFor(async () => (await checkpoint()) >= sequence, { what: `the ledger reaches ${sequence}`, timeoutMs: WAIT_MS });
  }

  query<Row extends object>(sql: string, values: unknown[] = []): Promise<Row[]> {
    return this.postgres.asSuperuser(DATABASE, async (client) => (await client.query(sql, values)).rows as Row[]);
  }

  async stop(): Promise<void> {
    await this.app.close();
    await this.postgres.stop();
    this.remove();
  }
}

const appWith = async (environment: Environment): Promise<NestFastifyApplication> =>
  (await startLedger(environment, createLogger('ledger', 'silent'))).app;
