import 'reflect-metadata';
import { join } from 'node:path';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { type Environment, readEnvironment } from '#shared/platform/process/environment.js';
import { createLogger } from '#shared/platform/process/logger.js';
import { startLedger } from '../../apps/ledger/src/start.js';
import type { Broker } from '../../dev/nats/server.js';
import { ledgerUrls, makeLedgerDatabase } from '../../dev/postgres/ledger-database.js';
import type { PostgresServer } from '../../dev/postgres/server.js';
import { waitFor } from '../../dev/processes/wait.js';
import { HttpCaller } from '../harness/http-caller.js';
import { newPostgres } from './postgres.js';
import { Stage } from './stage.js';

export const DATABASE = 'admit';
const WAIT_MS = 60_000;
/** No test asks too fast. */
const UNHURRIED = { TENANT_RATE: '1000000', TENANT_BURST: '1000000' };

/** The settings of a ledger app for the servers it uses. */
export const ledgerSettings = (nats: Broker, postgres: PostgresServer) => {
  const { projector, reader } = ledgerUrls(postgres, DATABASE);
  return {
    NATS_URL: nats.url,
    NATS_PASSWORD: nats.credentials('ledger').pass,
    DATABASE_PROJECTOR_URL: projector,
    DATABASE_READER_URL: reader,
  };
};

/** The log below a ledger: one server's, or a cluster's. */
interface LedgerGround extends Pick<Stage, 'onClose'> {
  readonly log: { readonly server: Broker; lastSequences(): Promise<Readonly<Record<string, number>>> };
}

/** A real Postgres, the ledger app in this process on the log of a shop, and the shop's tenants as callers. */
export class RunningLedger extends Stage {
  postgres!: PostgresServer;
  app!: NestFastifyApplication;
  demo!: HttpCaller;
  acme!: HttpCaller;
  /** A caller without an API key. */
  world!: HttpCaller;
  private environment!: Environment;

  constructor(private readonly shop: LedgerGround) {
    super();
  }

  override async open(): Promise<void> {
    this.shop.onClose(() => this.close()); // it stops before its log does
    const { server } = this.shop.log;
    this.postgres = await this.keep(newPostgres(join(this.folder('ledger-app'), 'postgres')));
    await makeLedgerDatabase(this.postgres, DATABASE, createLogger('migrate', 'silent'));
    this.environment = readEnvironment({ ...UNHURRIED, ...ledgerSettings(server, this.postgres) });
    this.app = await this.keep(this.another());
    [this.demo, this.acme, this.world] = await Promise.all([this.caller('demo'), this.caller('acme'), this.caller('demo', '')]);
  }

  /** One more process of the app, so to speak. */
  async another(): Promise<NestFastifyApplication> {
    return (await startLedger(this.environment, createLogger('ledger', 'silent'))).app;
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

  /** Resolves when the ledger has taken in everything that is in the log now. */
  async catchesUp(): Promise<void> {
    await this.reaches((await this.shop.log.lastSequences()).EVENTS ?? 0);
  }

  query<Row extends object>(sql: string, values: unknown[] = []): Promise<Row[]> {
    return this.postgres.asSuperuser(DATABASE, async (client) => (await client.query(sql, values)).rows as Row[]);
  }
}
