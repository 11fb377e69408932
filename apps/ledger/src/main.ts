import 'reflect-metadata';
import { readEnvironment } from '#shared/platform/environment.js';
import { createLogger } from '#shared/platform/logger.js';
import { startLedger } from './start.js';

const environment = readEnvironment();
const logger = createLogger('ledger', environment.LOG_LEVEL);
try {
  const { app, projecting } = await startLedger(environment, logger);
  app.enableShutdownHooks();
  logger.info({ url: await app.getUrl() }, 'ledger is ready');
  await projecting;
} catch (thrown) {
  logger.fatal({ err: thrown }, thrown instanceof Error ? thrown.message : 'ledger could not go on');
  process.exit(1);
}
