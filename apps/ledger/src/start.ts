import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Fault } from '#shared/kernel/fault.js';
import { callersServer } from '#shared/platform/http/callers.module.js';
import type { Environment } from '#shared/platform/process/environment.js';
import { HealthListener } from '#shared/platform/process/health-listener.js';
import { type Logger, NestLogger } from '#shared/platform/process/logger.js';
import { AppProcess } from '#shared/platform/process/process.module.js';
import { CALLERS } from './http/ledger-api.module.js';
import { LedgerModule } from './ledger.module.js';
import { ProjectionModule } from './projection/projection.module.js';

export interface Ledger {
  readonly app: NestFastifyApplication;
  /** Settles when the projector ends: on request, or because it cannot continue. */
  readonly projecting: Promise<void>;
}

/** Connects, checks the streams, starts the projector, and serves queries and health. Postgres may be unreachable at start. */
export async function startLedger(environment: Environment, logger: Logger): Promise<Ledger> {
  assertNoMore(environment);
  const process = new AppProcess(environment, logger);
  return process.starting(async () => {
    const callers = callersServer(process, CALLERS);
    const app = await NestFactory.create<NestFastifyApplication>(LedgerModule.of(process, callers.module), callers.adapter, {
      logger: new NestLogger(logger),
      abortOnError: false,
      bodyParser: false,
    });
    await app.listen(environment.HTTP_PORT, environment.HTTP_HOST);
    await app.get(HealthListener).listen();
    return { app, projecting: app.get(ProjectionModule).running };
  });
}

/** Migrations and replays are separate processes: the serving process does not have their logins. */
function assertNoMore({ DATABASE_ADMIN_URL, DATABASE_REPLAY_URL }: Environment): void {
  const given = Object.entries({ DATABASE_ADMIN_URL, DATABASE_REPLAY_URL }).filter(([, url]) => url !== '');
  const problems = given.map(([name]) => `${name}: must not be given to the app that serves; migrate with admit ledger migrate`);
  if (problems.length > 0) throw new Fault('configuration', { problems });
}
