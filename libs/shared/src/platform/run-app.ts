import type { INestApplication } from '@nestjs/common';
import { type Environment, readEnvironment } from './environment.js';
import { createLogger, type Logger } from './logger.js';

interface RunningApp {
  readonly app: INestApplication;
  /** What it does besides answering; the process ends when that fails. */
  readonly working?: Promise<unknown>;
}

/** The life of a process that is one app: started of its environment, until it is told to stop or cannot go on. */
export async function runApp(name: string, start: (environment: Environment, logger: Logger) => Promise<RunningApp>): Promise<void> {
  const environment = readEnvironment();
  const logger = createLogger(name, environment.LOG_LEVEL);
  try {
    const { app, working } = await start(environment, logger);
    app.enableShutdownHooks();
    logger.info({ url: await app.getUrl() }, `${name} is ready`);
    await working;
  } catch (thrown) {
    logger.fatal({ err: thrown }, thrown instanceof Error ? thrown.message : `${name} could not go on`);
    process.exit(1);
  }
}
