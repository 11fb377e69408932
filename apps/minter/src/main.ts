import 'reflect-metadata';
import { readEnvironment } from '#shared/platform/environment.js';
import { createLogger } from '#shared/platform/logger.js';
import { startMinter } from './start.js';

const environment = readEnvironment();
const logger = createLogger('minter', environment.LOG_LEVEL);
try {
  const app = await startMinter(environment, logger);
  app.enableShutdownHooks();
  logger.info({ url: await app.getUrl() }, 'minter is ready');
} catch (thrown) {
  logger.fatal({ err: thrown }, thrown instanceof Error ? thrown.message : 'minter could not start');
  process.exit(1);
}
