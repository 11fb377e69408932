import type { INestApplicationContext } from '@nestjs/common';
import { type Environment, readEnvironment } from './environment.js';
import { HealthListener } from './health-listener.js';
import { createLogger, type Logger } from './logger.js';
import { startTracing } from './tracing.js';

interface RunningApp {
  readonly app: INestApplicationContext;
  /** The address for callers, if the app has any. */
  readonly url?: string;
  /** Background work; the process ends when it fails. */
  readonly working?: Promise<unknown>;
}

/** The life cycle of an app process: start from the environment, run until a signal or an error, stop. */
export async function runApp(name: string, start: (environment: Environment, logger: Logger) => Promise<RunningApp>): Promise<void> {
  const environment = readEnvironment();
  const logger = createLogger(name, environment.LOG_LEVEL);
  try {
    await startTracing(`admit-one-${name}`, environment.OTEL_EXPORTER_OTLP_ENDPOINT);
    const { app, url, working } = await start(environment, logger);
    app.enableShutdownHooks();
    logger.info({ ...(url !== undefined && { url }), health: app.get(HealthListener).url }, `${name} is ready`);
    await working;
  } catch (thrown) {
    logger.fatal({ err: thrown }, thrown instanceof Error ? thrown.message : `${name} failed`);
    process.exit(1);
  }
}
